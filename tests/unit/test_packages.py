"""The packages that the lock files install, wherever they are installed."""

from collections import defaultdict
from importlib import metadata


def test_no_file_is_of_two_packages() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for package in metadata.distributions():
        for file in package.files or []:
            owners[str(file)].add(package.name)

    assert {file: names for file, names in owners.items() if len(names) > 1} == {}
