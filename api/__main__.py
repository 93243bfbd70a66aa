"""`python -m api openapi.yaml` writes the OpenAPI document from the code, all of it or nothing; a `.json` gets JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from api import assemble
from api.document import as_yaml


def main() -> None:
    """Write the document to the file that the command line names."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "openapi.yaml")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    document = assemble().extensions["onrecord.openapi"]
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n" if path.suffix == ".json" else as_yaml(document)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


if __name__ == "__main__":
    main()
