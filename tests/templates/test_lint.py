"""Templates are clean."""

import subprocess
import sys
from pathlib import Path

from tests.templates import parsed


def test_cfn_lint_finds_nothing() -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--", *map(str, parsed.PATHS)]

    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert (result.stdout, result.returncode) == ("", 0), result.stdout + result.stderr
