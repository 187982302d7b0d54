"""The packages that the lock files install, wherever they are installed, and those that AWS gets."""

import re
import subprocess
from collections import defaultdict
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "src/requirements.txt", ROOT / "container/requirements.txt", *sorted(ROOT.glob("layers/*/*.txt"))]
LOCKS = [*SHIPPED, ROOT / "tests/docker/function/requirements.txt", *sorted(ROOT.glob("requirements/*.txt"))]
PACKAGE = re.compile(r"[\w.-]+==[\w.!+-]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n")
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", re.M)


def test_no_file_is_of_two_packages() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for package in metadata.distributions():
        for file in package.files or []:
            owners[str(file)].add(package.name)

    assert {file: names for file, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_is_shipped_is_what_is_tested(file: Path) -> None:
    pinned = dict(PINNED.findall(file.read_text()))

    assert pinned
    assert pinned == {name: metadata.version(name) for name in pinned}


def test_every_lock_file_is_known() -> None:
    found = subprocess.run(
        ["git", "ls-files", "*requirements*.txt"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert {ROOT / name for name in found.stdout.split()} <= set(LOCKS)


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_lock_file_names_each_package_with_version_and_hashes_and_nothing_else(file: Path) -> None:
    assert PACKAGE.sub("", file.read_text()) == ""


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_shipped_package_needs_is_locked_too(file: Path) -> None:
    locked = {canonicalize_name(name) for name in dict(PINNED.findall(file.read_text()))}

    needed = {
        canonicalize_name(each.name)
        for name in locked
        for each in map(Requirement, metadata.requires(name) or [])
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }

    assert needed - locked == set()


@pytest.mark.parametrize(
    "file", ["container/Dockerfile", "tests/docker/function/Dockerfile", "local/setup.sh"], ids=lambda file: file
)
def test_pip_installs_only_what_matches_a_lock_file(file: str) -> None:
    commands = re.findall(r"pip install(?:\\\n|[^\n])*", (ROOT / file).read_text())

    assert commands
    assert [command for command in commands if "--require-hashes" not in command] == []


PLACES = {
    "pip": ("*requirements*.txt", "requirements/*.in", "requirements/*/*.in"),
    "npm": ("*package-lock.json",),
    "docker": ("*Dockerfile",),
    "github-actions": (".github/workflows/*",),
}


def updates() -> dict[str, list[str]]:
    """The folders that are watched, by ecosystem."""
    listed = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    return {each["package-ecosystem"]: each.get("directories") or [each["directory"]] for each in listed}


def folders(ecosystem: str) -> set[str]:
    """Those that pin something of it; a Dockerfile whose image has a variable in its name is not understood."""
    found = subprocess.run(
        ["git", "ls-files", *PLACES[ecosystem]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = found.stdout.split()
    if ecosystem == "docker":
        names = [name for name in names if re.search(r"^FROM [^$\n]+$", (ROOT / name).read_text(), re.M)]
    return {f"/{Path(name).parent}" for name in names}


@pytest.mark.parametrize("ecosystem", PLACES)
def test_updates_are_proposed_for_everything_that_is_pinned(ecosystem: str) -> None:
    watched = updates().get(ecosystem, [])

    assert {folder for folder in folders(ecosystem) if not any(fnmatchcase(folder, each) for each in watched)} <= {
        "/tests/docker/function/bound"  # stands on an image of ours
    }


@pytest.mark.parametrize("ecosystem", updates())
def test_no_update_is_looked_for_where_nothing_can_be_read(ecosystem: str) -> None:
    found = folders(ecosystem)

    assert [each for each in updates()[ecosystem] if not any(fnmatchcase(folder, each) for folder in found)] == []
