"""`make build`: the packages of functions and layers, checked against the hashes of their lock files, then SAM.

SAM itself checks no hash of a wheel for another processor: it downloads that one by name and version. So pip downloads
all of them before, for this machine and for the stack's processor, and SAM finds nothing but these files.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from deployment import REPOSITORY
from deployment.platform import ARCHITECTURE
from deployment.samconfig import assignments

FOLDER = REPOSITORY / ".aws-sam" / "wheels"
LOCKS = (REPOSITORY / "src/requirements.txt", *sorted(REPOSITORY.glob("layers/*/requirements.txt")))
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
DEFAULT = "arm64"
"""The template's own."""
GLIBC = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""What Amazon Linux 2023 runs, which Lambda's python3.13 stands on."""


def downloads(architecture: str, locks: Iterable[Path] = LOCKS, folder: Path = FOLDER) -> list[list[str]]:
    """The commands that fill a folder: for this machine, which SAM looks for first, and for the stack's processor."""
    files = [word for lock in locks for word in ("-r", str(lock))]
    checked = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--dest", str(folder), *files]
    here = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", *checked]
    platforms = [word for glibc in GLIBC for word in ("--platform", f"{glibc}_{MACHINES[architecture]}")]
    there = ["--implementation", "cp", "--python-version", "3.13", "--abi", "cp313", "--abi", "abi3", "--abi", "none"]
    return [here, [*here, *platforms, *there]]


def build(architecture: str) -> None:
    """Download, check and build for a processor; CalledProcessError when a file is not the one that was locked."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for command in downloads(architecture):
        subprocess.run(command, cwd=REPOSITORY, check=True)
    found_only = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(FOLDER)}
    command = ["sam", "build", "--parameter-overrides", f"{ARCHITECTURE}={architecture}"]
    subprocess.run(command, cwd=REPOSITORY, check=True, env=found_only)


def main(arguments: Sequence[str]) -> int:
    """Build for Architecture=...; the exit code."""
    architecture = assignments(list(arguments)).get(ARCHITECTURE, DEFAULT)
    if architecture not in MACHINES:
        print(f"make build: Architecture is {' or '.join(MACHINES)}", file=sys.stderr)
        return 1
    try:
        build(architecture)
    except subprocess.CalledProcessError as error:
        print(f"make build: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
