"""The release before this one, from the repository's own history."""

import io
import subprocess
import tarfile
from pathlib import Path

from local.platform import REPOSITORY


def git(*words: str) -> str:
    """What git prints; nothing where it fails, as in a folder without history."""
    done = subprocess.run(["git", *words], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def previous() -> str:
    """The last tag before this commit; without tags the commit before the version last changed; else nothing."""
    tagged = git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^")
    return tagged or before_the_version(git("log", "-1", "--format=%H", "-G^version = ", "--", "pyproject.toml"))


def before_the_version(changed: str) -> str:
    """The parent of a commit, where the clone is deep enough to have it."""
    return git("rev-parse", "--verify", "--quiet", f"{changed}^") if changed else ""


def unpack(revision: str, folder: Path) -> Path:
    """All files of a revision, below the folder."""
    packed = subprocess.run(["git", "archive", revision], cwd=REPOSITORY, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder
