"""Settings of every test, and which tests share a worker of pytest-xdist."""

from pathlib import PurePosixPath

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# No test is a stopwatch: a busy machine must not turn the suite red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PLATFORMS = ("e2e", "web", "faults", "elsewhere")
"""Folders whose tests run whole platforms: one after another in one worker, since each keeps a machine busy."""
KEPT_WARM = ("local", "playback")
"""Folders whose tests share what takes long to start."""
LONGEST_FIRST = (*PLATFORMS, *KEPT_WARM, "integration", "media", "deployment")


class ByFolder(LoadScopeScheduling):
    """Tests that share something costly stay together, the others go by file."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    return ByFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(folder_of(item.nodeid), len(places)))


def group_of(nodeid: str) -> str:
    folder = folder_of(nodeid)
    if folder in PLATFORMS:
        return "platforms"
    return folder if folder in KEPT_WARM else nodeid.split("::")[0]


def folder_of(nodeid: str) -> str:
    parts = PurePosixPath(nodeid.split("::")[0]).parts
    return parts[parts.index("tests") + 1] if "tests" in parts else ""
