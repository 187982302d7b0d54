"""Probe: what the source is, or why it is refused, before any task starts."""

from collections.abc import Callable
from typing import BinaryIO, Protocol

from vod.errors import SourceRefused, document
from vod.frozen import Document
from vod.plan.plan import SourceObject
from vod.source import sniff
from vod.source.probe import Limits, Probe, check_size


class ReadProbe(Protocol):
    """Demuxes and decodes enough of a source to describe it."""

    def __call__(self, source: BinaryIO, demuxer: str, size: int, limits: Limits) -> Probe:
        """The probe, or SourceRefused."""


def probe(
    source: SourceObject,
    declared: int | None,
    limits: Limits,
    open_source: Callable[[SourceObject], BinaryIO],
    read: ReadProbe,
) -> Document:
    """`{"outcome": "admitted", "probe"}`, or `{"outcome": "refused", "error": {"code", "message"}}`."""
    try:
        check_size(source.size, declared, limits)
        file = open_source(source)
        found = read(file, sniff.demuxer_of(file), source.size, limits)
    except SourceRefused as refusal:
        return {"outcome": "refused", "error": document(refusal.code, refusal.message)}
    return {"outcome": "admitted", "probe": found.model_dump()}
