"""What packets tell of a sound track: whether it can be heard, from when to when, and whether its clock is right."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.error import FFmpegError

from vod.source.decoders import ALLOWED
from vod.source.source_clock import Joints, Stamps, exact, steady

HEARD_FRAMES = 8
"""So many decoded pieces prove a sound track; of a shorter one, half of its packets."""
HEARING_PACKETS = 600
"""After so many packets without proof a sound track is given up."""
DRIFT_SECONDS, LEAST_DRIFT, MOST_DRIFT = 10, 0.0005, 0.02
"""A track of so many seconds whose clock is off by so much is stretched; what is further off is no clock's fault."""
STEREO, MOST_KNOWN = 2, 8
"""Channels without a name are left, right, centre and so on in WAVE's order, as far as that goes (7.1)."""
_HOLE = Fraction(1, 20)


class SoundScan:
    """What the pass learns about one sound track; times (s) are the source's, `end` None when it is not known.

    `channels` and `sample_rate` are those of the first decoded piece: headers keep silent about later layers of AAC.
    `samples` are those of one packet, 0 when packets differ; `is_unnamed` where no channel says what it is for.
    """

    def __init__(self, track: AudioStream) -> None:
        context = track.codec_context
        self.codec: str = context.name if context is not None else "unknown"
        self.channels: int = context.channels if context is not None else 0
        self.sample_rate: int = context.sample_rate if context is not None else 0
        self.stamps = Stamps.of(track.time_base)
        self.begin: Fraction | None = None
        self.end: Fraction | None = None
        self.packets = 0
        self.samples = 0
        self.is_unnamed = False
        self.drift = 0.0
        self._first: Fraction | None = None
        self._tried = self._heard = 0
        self._is_mixable = True

    @property
    def is_discrete(self) -> bool:
        """Whether it cannot be guessed either what the channels are for."""
        return self.is_unnamed and self.channels > MOST_KNOWN

    @property
    def is_heard(self) -> bool:
        """Whether what was decoded proves the track."""
        return self._heard >= HEARD_FRAMES or 0 < self._tried <= 2 * self._heard

    def note(self, packet: "av.Packet[Any]") -> None:
        """A packet of this track that has a time."""
        self.packets += 1
        if self._heard < HEARD_FRAMES and self._tried < HEARING_PACKETS and self._is_mixable:
            self._try(packet)

    def settle(self, joints: Joints, is_complete: bool) -> None:
        """All packets are noted: when the track begins and ends by the steady clock, and how far it drifts."""
        spans = steady(self.stamps, joints)
        self.begin = self._first if self._first is not None else min((begin for begin, _ in spans), default=None)
        self.end = max((end for _, end in spans), default=None)
        self.drift = self._drift(spans) if is_complete and not joints else 0.0

    def _drift(self, spans: Sequence[tuple[Fraction, Fraction]]) -> float:
        """By what part the track's clock is slower than its samples; 0 when it keeps time, has holes, or is unknown."""
        has_holes = any(abs(after[0] - before[1]) > _HOLE for before, after in pairwise(spans))
        if has_holes or len(spans) < 2 or not self.samples or not self.sample_rate:
            return 0.0
        heard = (len(spans) - 1) * self.samples / self.sample_rate
        apart = float(spans[-1][0] - spans[0][0]) / heard - 1
        return apart if heard > DRIFT_SECONDS and LEAST_DRIFT < abs(apart) < MOST_DRIFT else 0.0

    def _try(self, packet: "av.Packet[Any]") -> None:
        self._tried += 1
        # libav forgets the decoder of a track whose header it refuses: the name is the one from before.
        if self.codec not in ALLOWED or packet.has_sidedata("encryption_info"):
            return
        with suppress(FFmpegError, ValueError):  # one broken packet; the next may be whole
            for frame in packet.decode():
                if isinstance(frame, AudioFrame) and self._is_mixable:
                    self._hear(frame)

    def _hear(self, frame: AudioFrame) -> None:
        if not self._heard:
            self._describe(frame)
        elif frame.samples != self.samples:
            self.samples = 0
        self._heard += self._is_mixable

    def _describe(self, frame: AudioFrame) -> None:
        self._is_mixable = _is_mixable(frame)
        named = frame.layout.name != f"{frame.layout.nb_channels} channels"
        self.is_unnamed = not named and frame.layout.nb_channels > STEREO
        self.channels, self.sample_rate, self.samples = frame.layout.nb_channels, frame.sample_rate, frame.samples
        if frame.pts is not None and frame.time_base is not None:
            self._first = frame.pts * exact(frame.time_base)


def _is_mixable(frame: AudioFrame) -> bool:
    """Whether its channels can be mixed to stereo: those of ambisonic sound, for one, belong to no loudspeaker."""
    with suppress(FFmpegError, ValueError, RuntimeError):  # PyAV tells it in different ways
        AudioResampler(format="fltp", layout="stereo", rate=frame.sample_rate).resample(frame)
        return True
    return False
