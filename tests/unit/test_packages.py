"""The packages that the lock files install, wherever they are installed, and those that AWS gets."""

import re
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "src/requirements.txt", ROOT / "container/requirements.txt", *sorted(ROOT.glob("layers/*/*.txt"))]
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
