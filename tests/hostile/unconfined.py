"""A nursery whose children can open files in spite of every limit."""

from vod.sandbox import sandbox
from vod.source.probe import Probe

sandbox._lower = lambda *_: None


def read(*_: object) -> Probe:
    raise AssertionError("hostile bytes were read")
