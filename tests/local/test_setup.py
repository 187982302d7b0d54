"""What local/setup.sh says where something is missing, before it builds or downloads anything."""

import shutil
import subprocess
from pathlib import Path

import pytest

from local.platform import REPOSITORY

TOOLS = ("sh", "cat", "cksum", "cut", "dirname", "find", "rm", "sort", "xargs")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without anything set up, and `bin` beside it: all commands that there are."""
    made = tmp_path / "checkout"
    shutil.copytree(REPOSITORY / "requirements", made / "requirements")
    (made / "web").mkdir()
    (made / "local").mkdir()
    script = (REPOSITORY / "local" / "setup.sh").read_text()
    # A version that no place has which the script looks into.
    (made / "local" / "setup.sh").write_text(script.replace("WANTED=3.13", "WANTED=3.99"))
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool}"))
    for tool in ("node", "npm"):
        command(tmp_path, tool, 'echo "$0" >>../ran || echo "$0" >>../../ran')
    return made


def command(folder: Path, name: str, script: str) -> None:
    file = folder / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def set_up(checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout)}
    return subprocess.run(
        ["/bin/sh", "local/setup.sh"], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def test_a_missing_python_is_said_before_anything_is_built(checkout: Path) -> None:
    done = set_up(checkout)

    assert done.returncode == 1
    assert done.stderr.startswith("This project needs Python 3.99 and none was found.")
    assert done.stdout == ""
    assert not (checkout.parent / "ran").exists()
    assert sorted(each.name for each in checkout.iterdir()) == ["local", "requirements", "web"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full: free some space"),
        ("no such module", "no such module"),
    ],
)
def test_what_goes_wrong_is_said_and_a_full_disk_in_one_sentence(checkout: Path, said: str, told: str) -> None:
    # A Python of the wanted version that cannot make an environment.
    command(checkout.parent, "python3", f'[ "$1" = -c ] || {{ echo Traceback; echo "{said}"; exit 1; }} >&2')
    for tool in ("node", "npm"):
        command(checkout.parent, tool, "exit 1")

    done = set_up(checkout)

    assert done.returncode == 1
    assert told in done.stderr
    assert ("Traceback" in done.stderr) == (said == "no such module")
