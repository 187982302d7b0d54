"""docs/assumptions.md names every check of `make verify`, and nothing that does not exist."""

import re
from pathlib import Path

from deployment.verification.checks import CHECKS
from deployment.verify import MEASURES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/assumptions.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| assumption")
]
TOLD_BY = [row[-1].rstrip(" |") for row in ROWS]


def named(before: str) -> set[str]:
    """The names in backticks that follow a word, with commas between them."""
    lists = [found for cell in TOLD_BY for found in re.findall(rf"{before}:? ((?:`[^`]+`(?:, )?)+)", cell)]
    return {name for each in lists for name in re.findall(r"`([^`]+)`", each)}


def test_every_check_is_explained_and_every_check_that_is_named_exists() -> None:
    known = [check.name for check in CHECKS]

    assert len(known) == len(set(known))
    assert named("verify") == set(known)


def test_every_check_is_measured() -> None:
    measured = [name for names in MEASURES.values() for name in names]

    assert sorted(measured) == sorted(check.name for check in CHECKS)


def test_every_alarm_that_is_named_exists() -> None:
    operations = (ROOT / "docs/operations.md").read_text()

    assert named("alarm")
    assert {name for name in named("alarm") if f"\n### {name}\n" not in operations} == set()


def test_every_metric_and_every_command_that_is_named_exists() -> None:
    operations, makefile = (ROOT / "docs/operations.md").read_text(), (ROOT / "Makefile").read_text()

    commands = {name for cell in TOLD_BY for name in re.findall(r"`make ([a-z-]+)", cell)}

    assert {name for name in named("metric") if f"`{name}`" not in operations} == set()
    assert {name for name in commands if f"\n{name}: " not in makefile} == set()


def test_every_test_that_is_named_exists() -> None:
    files = {name for cell in TOLD_BY for name in re.findall(r"`(tests/[\w/.]+)`", cell)}

    assert files
    assert {name for name in files if not (ROOT / name).exists()} == set()


def test_every_assumption_has_a_source_a_consequence_and_something_that_tells() -> None:
    assert len(ROWS) > 60
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []


def test_what_waf_sees_of_a_body_is_what_the_template_asks_for() -> None:
    (asked,) = re.findall(r"DefaultSizeInspectionLimit: KB_(\d+)", (ROOT / "stacks/cdn/edge.yaml").read_text())

    assert f"WAF sees the first {asked} KB of a body" in TEXT
