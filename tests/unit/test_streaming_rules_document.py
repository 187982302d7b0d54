"""docs/streaming-rules.md names a test for every rule that is kept, and only tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "docs/streaming-rules.md").read_text().splitlines()
    if line.startswith("| ") and " says | state | " not in line
]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", " ".join(row[-1] for row in ROWS))))


def test_every_row_has_a_state_and_says_by_what_or_why() -> None:
    assert len(ROWS) > 60
    for row in ROWS:
        assert len(row) == 4, row
        assert row[2] in ("kept", "otherwise", "not yet", "n/a"), row
        assert len(row[3]) > 10, row


def test_every_kept_rule_names_a_test_and_no_other_does() -> None:
    for row in ROWS:
        assert ("::test_" in row[3]) is (row[2] == "kept"), row


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_is_named_exists(name: str) -> None:
    path, _, test = name.partition("::")

    assert f"\ndef {test}(" in (ROOT / path).read_text()
