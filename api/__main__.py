"""`python -m api openapi.yaml` writes the OpenAPI document from the code, all of it or nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from api import assemble
from api.document import as_yaml


def main() -> None:
    """Write the document to the file that the command line names."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "openapi.yaml")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(as_yaml(assemble().extensions["onrecord.openapi"]), encoding="utf-8")
    temporary.replace(path)


if __name__ == "__main__":
    main()
