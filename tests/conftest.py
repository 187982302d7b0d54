"""Settings of every test."""

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# No test is a stopwatch: a busy machine must not turn the suite red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Tests of a file share what it makes once: they stay in one worker."""
    return LoadFileScheduling(config, log)
