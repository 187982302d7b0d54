"""Files and folders that only their owner can read: keys, tokens, and the state of an emulated account."""

import os
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Make or replace a file in one step; at no moment can others read it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)  # left by a killed start; its mode is not ours
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def close(path: Path) -> None:
    """Take others' rights from what is there already; what belongs to somebody else stays as it is."""
    with suppress(PermissionError):
        path.chmod(0o700 if path.is_dir() else 0o600)


def folder(path: Path) -> Path:
    """A folder that others cannot enter, made when it is missing."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    close(path)
    return path
