"""docs/api.md is a short start; it leads to the reference and to the page of every topic, and nothing is undocumented."""

import json
import re
from pathlib import Path

from vod.api import methods
from vod.api.answers import Code
from vod.errors import APPROVAL_REQUIRED, DAILY_LIMIT_REACHED, ENCODE_FAILED, NOT_IMPORTED, REFUSALS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
START = (DOCS / "api.md").read_text()
ERRORS = (DOCS / "api" / "errors.md").read_text()


def codes(heading: str, column: int) -> set[str]:
    """The codes of the table below a heading of the page of errors."""
    section = ERRORS.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| ")][1:]
    return {code for row in rows for code in re.findall(r"`([a-z_]+)`", row[column])}


def test_the_start_is_short() -> None:
    assert len(START.splitlines()) <= 130


def test_the_start_leads_to_the_reference_and_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)#:]+)", START))

    assert {"reference.html", *(f"api/{page.name}" for page in (DOCS / "api").iterdir())} <= linked


def test_every_code_of_a_request_is_explained_and_no_other() -> None:
    assert codes("Errors of requests", 2) == {str(code) for code in Code}


def test_every_code_of_a_video_is_explained() -> None:
    """Those of the table of errors, and those that the checks of the output raise."""
    sources = "\n".join(path.read_text() for path in (ROOT / "src" / "vod").rglob("*.py"))
    verified = set(re.findall(r"VerificationFailed\(\s*\"([a-z_]+)\"", sources))
    failed = set(re.findall(r"Failure\(\s*\"([a-z_]+)\"", sources))

    wanted = {*REFUSALS, *NOT_IMPORTED, ENCODE_FAILED, DAILY_LIMIT_REACHED, APPROVAL_REQUIRED, *verified, *failed}
    assert verified
    assert failed
    assert wanted <= codes("Errors of videos", 1)


def test_the_reference_has_every_method_of_every_path() -> None:
    told = json.loads((DOCS / "openapi.json").read_text())["paths"]

    documented = {_unnamed(path): {method.upper() for method in operations} for path, operations in told.items()}

    assert documented == {_unnamed(path): set(known) for path, known in methods.METHODS.items()}


def _unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)
