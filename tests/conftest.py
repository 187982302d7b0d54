"""Settings of every test."""

from hypothesis import settings

# No test is a stopwatch: a busy machine must not turn the suite red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
