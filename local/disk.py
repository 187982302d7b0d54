"""A full disk, said in one sentence."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.child import StartError

MIB = 2**20
LEAST_FREE_MIB = 200
"""What a start writes, and a short video."""


def require_room(folder: Path) -> None:
    """StartError unless the disk of a folder has room for a start."""
    free = shutil.disk_usage(folder).free // MIB
    if free < LEAST_FREE_MIB:
        needed = f"{LEAST_FREE_MIB} are needed to start"
        raise StartError(f"the disk of {folder} has {free} MiB left, but {needed}: free some space")


@contextmanager
def told_when_full() -> Iterator[None]:
    """Within the block a disk that is full is a StartError."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StartError(f"the disk is full, at {error.filename or 'an unknown file'}: free some space") from error
