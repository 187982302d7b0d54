"""Faults that are asked for: while a file of its name lies in the state folder's `faults`, one happens."""

from pathlib import Path

NO_CAPACITY = "no-capacity"
"""Fargate has no room for any task, on Spot or on demand."""

_folder = Path("faults")


def happens(fault: str) -> bool:
    """Whether a fault is asked for."""
    return (_folder / fault).exists()


def install(state: Path) -> None:
    """Look for faults in this state folder."""
    global _folder
    _folder = state / "faults"
