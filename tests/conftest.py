"""Settings of every test, and which of them share a worker of pytest-xdist."""

from pathlib import Path

import pytest
from hypothesis import settings

# No test is a stopwatch: a busy machine must not turn the suite red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TESTS = Path(__file__).parent
PLATFORMS = ("e2e", "web", "faults", "elsewhere")
"""Folders whose tests run whole platforms: one after another in one worker, since each keeps a machine busy."""
KEPT_WARM = {"platform", "emulator", "browser", "video"}
"""What the other folders start once and share: tests that need one of them stay together, the others go by file."""
LONGEST_FIRST = (*PLATFORMS, "local", "integration", "playback", "media", "deployment")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests stay together, and begin with the longest."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: places.get(_folder(item), len(places)))


def _group(item: pytest.Item) -> str:
    folder = _folder(item)
    if folder in PLATFORMS:
        return "platforms"
    shares = not KEPT_WARM.isdisjoint(getattr(item, "fixturenames", ()))
    return folder if shares else str(item.path.relative_to(TESTS))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]
