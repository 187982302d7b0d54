"""The question before `make clean`: does a platform of this checkout run? Its state is not taken from under it."""

import sys
from pathlib import Path

from local.owner import owner

STATE = Path(__file__).resolve().parents[1] / ".local"


def main() -> int:
    """1 and one sentence while something runs, else 0."""
    for state in (STATE, STATE / "emulator"):
        if process := owner(state):
            stop = f"stop it with Ctrl-C in its terminal or `kill {process}`"
            print(
                f"make clean: the platform is running (process {process}): {stop}, then run make clean again",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
