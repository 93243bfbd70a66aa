"""openapi.yaml before three judges of its standard, none of which has anything to remark."""

import json
import shutil
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.readers import read_from_filename

from tests.check.support import ROOT, environment, run

DOCUMENT = ROOT / "openapi.yaml"
TOOLS = ROOT / "tools"


def test_document_is_valid_openapi() -> None:
    """The document follows the OpenAPI specification 3.1."""
    document, _ = read_from_filename(str(DOCUMENT))
    found = OpenAPIV31SpecValidator(document).iter_errors()
    assert [f"{list(error.absolute_path)}: {error.message}" for error in found] == []


def test_redocly_has_no_remark(node_tools: Path, tmp_path: Path) -> None:
    """Redocly's recommended rules find neither an error nor a warning."""
    done = run(
        [node_tools / "redocly", "lint", "--config", TOOLS / "redocly.yaml", "--format", "json", DOCUMENT],
        cwd=tmp_path,
        env=environment(REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true"),
        expect=None,
    )
    verdict = json.loads(done.stdout)
    remarks = [
        f"{problem['ruleId']}: {problem['message']} at {problem['location'][0].get('pointer')}"
        for problem in verdict["problems"]
    ]
    assert remarks == []
    assert verdict["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}


def test_spectral_has_no_remark(node_tools: Path) -> None:
    """Spectral's recommended rules for OpenAPI find nothing, not even a hint."""
    done = run(
        [
            node_tools / "spectral",
            "lint",
            "--ruleset",
            TOOLS / ".spectral.yaml",
            "--format",
            "json",
            "--quiet",
            "--fail-severity",
            "hint",
            DOCUMENT,
        ],
        expect=None,
    )
    found = json.loads(done.stdout)
    remarks = [f"{remark['code']}: {remark['message']} at {'.'.join(map(str, remark['path']))}" for remark in found]
    assert remarks == []
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("tool", ["redocly", "spectral"])
def test_the_judges_are_awake(node_tools: Path, tmp_path: Path, tool: str) -> None:
    """Each linter refuses the document once its operations have no names, so silence means something."""
    spoilt = tmp_path / "openapi.yaml"
    shutil.copy(DOCUMENT, spoilt)
    text = spoilt.read_text(encoding="utf-8")
    spoilt.write_text(text.replace("operationId:", "x-operation:"), encoding="utf-8")
    config: list[str | Path] = (
        ["--config", TOOLS / "redocly.yaml"] if tool == "redocly" else ["--ruleset", TOOLS / ".spectral.yaml"]
    )
    done = run([node_tools / tool, "lint", *config, spoilt], cwd=tmp_path, expect=None)
    assert "operation-operationId" in done.stdout + done.stderr
