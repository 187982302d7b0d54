"""So far: an encoder's word on what is stored already, for the manifests that grow (`vod.manifest.growth`)."""

import logging
import time
from collections.abc import Callable, Sequence

from vod import keys
from vod.encoder.journal import Journal
from vod.encoder.report import ChunkReport, TextReport, TrackReport
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan, grows
from vod.ports.buckets import Made

logger = logging.getLogger(__name__)
EVERY_SECONDS = 1.0


class SoFar:
    """Stores it whenever more is playable, once a second at most; an encode does not fail for it."""

    def __init__(
        self, output: Made, plan: Plan, chunk: Chunk, journal: Journal, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._output = output
        self._plan = plan
        self._chunk = chunk
        self._journal = journal
        self._clock = clock
        self._written_at = clock() - EVERY_SECONDS
        self._written: ChunkReport | None = None
        self._subtitles: tuple[TextReport, ...] | None = None
        self._poster_bytes = 0

    def note_extras(self, subtitles: tuple[TextReport, ...], poster_bytes: int) -> None:
        """They are stored."""
        self._subtitles, self._poster_bytes = subtitles, poster_bytes

    def note(self, videos: Sequence[str], audios: Sequence[str], is_last: bool = False) -> bool:
        """Something may have been stored of these tracks; whether more is told now than before.

        The last word is written however short ago another was.
        """
        if not grows(self._plan) or (not is_last and self._clock() - self._written_at < EVERY_SECONDS):
            return False
        self._written_at = self._clock()
        try:
            report = self._report(videos, audios)
            if report == self._written:
                return False
            key = keys.so_far_key(self._plan.video_id, self._plan.run, self._chunk.index)
            self._output.put(key, report.model_dump_json().encode())
            self._written = report
        except Exception:  # watching early is a courtesy: whatever the bucket's trouble, the encode goes on
            logger.exception("what is stored so far could not be told")
            return False
        return True

    def _report(self, videos: Sequence[str], audios: Sequence[str]) -> ChunkReport:
        pictures = self._tracks(videos)
        least = min((len(track.segments) for track in pictures), default=0)
        return ChunkReport(
            chunk=self._chunk.index,
            outcome="encoding",
            video=tuple(track.model_copy(update={"segments": track.segments[:least]}) for track in pictures),
            audio=self._tracks(audios),
            subtitles=self._subtitles or (),
            poster_bytes=self._poster_bytes,
            has_extras=self._subtitles is not None or not self._chunk.extras,
        )

    def _tracks(self, names: Sequence[str]) -> tuple[TrackReport, ...]:
        found = (self._journal.track(name) for name in names)
        return tuple(track for track in found if track and track.segments)
