"""Templates are clean and short enough to read."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.templates import parsed


def test_cfn_lint_finds_nothing() -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--", *map(str, parsed.PATHS)]

    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert (result.stdout, result.returncode) == ("", 0), result.stdout + result.stderr


@pytest.mark.parametrize("path", parsed.PATHS, ids=lambda path: path.name)
def test_a_template_fits_its_limit(path: Path) -> None:
    limit = 400 if path == parsed.ROOT else 200

    lines = path.read_text().splitlines()

    assert len(lines) <= limit
    assert [n for n, line in enumerate(lines, 1) if len(line) > 200] == []
