"""Every test that docs/security.md names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)?::(test_\w+)`")


def test_every_test_that_the_threat_model_names_exists() -> None:
    file, missing, found = "", [], 0
    for row in (ROOT / "docs" / "security.md").read_text().splitlines():
        for named, test in NAMED.findall(row):
            file, found = named or file, found + 1
            if f"def {test}(" not in (ROOT / file).read_text():
                missing.append(f"{file}::{test}")

    assert missing == []
    assert found > 20
