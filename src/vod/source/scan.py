"""One pass over a source's packets: when pictures are shown, which sound tracks can be heard, and when each ends."""

from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

SCAN_BYTES = 64 * 2**20
"""How much of a source is demuxed to learn its timestamps; of a larger one the index or the tail tells the end."""
HEARD_FRAMES = 8
"""So many decoded pieces prove a sound track; of a shorter one, half of its packets."""
HEARING_PACKETS = 600
"""After so many packets without proof a sound track is given up."""
_TAIL_SECONDS = 10
_ENTERED = ("mov", "matroska", "avi", "mpegts", "mpeg", "wav")
"""Containers whose end is reached without reading all that comes before it."""


class SoundScan:
    """What the pass learns about one sound track; times (s) are the container's own, `end` None when it is not known.

    `channels` and `sample_rate` are those of the first decoded piece: headers keep silent about later layers of AAC.
    """

    def __init__(self, track: AudioStream) -> None:
        context = track.codec_context
        self.codec: str = context.name if context is not None else "unknown"
        self.channels: int = context.channels if context is not None else 0
        self.sample_rate: int = context.sample_rate if context is not None else 0
        self.begin: Fraction | None = None
        self.end: Fraction | None = None
        self.packets = 0
        self._tried = self._heard = 0
        self._is_mixable = True

    @property
    def is_heard(self) -> bool:
        """Whether what was decoded proves the track."""
        return self._heard >= HEARD_FRAMES or 0 < self._tried <= 2 * self._heard

    def note(self, packet: "av.Packet[Any]", begin: Fraction, end: Fraction) -> None:
        """A packet of this track, presented from `begin` to `end`."""
        self.packets += 1
        if self._heard < HEARD_FRAMES and self._tried < HEARING_PACKETS and self._is_mixable:
            self._try(packet)
        if not packet.is_discard:
            self.begin = begin if self.begin is None else self.begin
            self.end = end if self.end is None else max(self.end, end)

    def _try(self, packet: "av.Packet[Any]") -> None:
        self._tried += 1
        if packet.stream.codec_context is None or packet.has_sidedata("encryption_info"):
            return
        with suppress(FFmpegError, ValueError):  # one broken packet; the next may be whole
            for frame in packet.decode():
                if isinstance(frame, AudioFrame) and self._is_mixable:
                    self._hear(frame)

    def _hear(self, frame: AudioFrame) -> None:
        if not self._heard:
            self._describe(frame)
        self._heard += self._is_mixable

    def _describe(self, frame: AudioFrame) -> None:
        self._is_mixable = _is_mixable(frame)
        self.channels, self.sample_rate = frame.layout.nb_channels, frame.sample_rate
        if frame.pts is not None and frame.time_base is not None:
            self.begin = frame.pts * _exact(frame.time_base)


def _is_mixable(frame: AudioFrame) -> bool:
    """Whether its channels can be mixed to stereo: those of ambisonic sound, for one, belong to no loudspeaker."""
    with suppress(FFmpegError, ValueError, RuntimeError):  # PyAV tells it in different ways
        AudioResampler(format="fltp", layout="stereo", rate=frame.sample_rate).resample(frame)
        return True
    return False


@dataclass
class Scan:
    """Presentation times (s) of the chosen picture track, its end and the end of everything, as far as demuxed.

    `sounds` by track index; not `complete` when there is more, `broken` when nothing more can be read.
    """

    sounds: dict[int, SoundScan]
    times: list[Fraction] = field(default_factory=list)
    video_end: Fraction = Fraction(0)
    end: Fraction = Fraction(0)
    complete: bool = True
    broken: bool = False


def scanned(container: InputContainer, index: int | None) -> Scan:
    """What the packets of a source tell; `index` is the picture track's, None for a source without picture."""
    scan = _demuxed(container, index)
    if not scan.complete:
        _add_tail(container, index, scan)
    return scan


def _demuxed(container: InputContainer, index: int | None) -> Scan:
    """What follows in the source, up to SCAN_BYTES."""
    scan = Scan({track.index: SoundScan(track) for track in container.streams.audio})
    seen = 0
    try:
        for packet in container.demux():
            _note(scan, packet, index)
            seen += packet.size
            if seen > SCAN_BYTES:
                scan.complete = False
                break
    except FFmpegError as error:
        if isinstance(error, MemoryError) or not seen:
            raise
        scan.broken = True  # what comes before is the source: FFmpeg reads no further, either
    return scan


def _add_tail(container: InputContainer, index: int | None, scan: Scan) -> None:
    """The end of a large source: from its last packets, its index, or what its header says."""
    tail = _tail(container, index)
    told = _told_end(container, index, len(scan.times))
    if index is not None:
        scan.video_end = max(scan.video_end, told, tail.video_end if tail else told)
    scan.end = max(scan.end, scan.video_end, tail.end if tail else told)
    for number, sound in scan.sounds.items():
        sound.end = tail.sounds[number].end if tail else None


def _tail(container: InputContainer, index: int | None) -> Scan | None:
    """The last seconds, None when they cannot be reached or do not end."""
    if container.format.name.split(",")[0] not in _ENTERED:
        return None
    begin, length = container.start_time or 0, container.duration or 0
    container.seek(begin + max(0, length - _TAIL_SECONDS * av.time_base))
    tail = _demuxed(container, index)
    return tail if tail.complete else None


def _told_end(container: InputContainer, index: int | None, seen: int) -> Fraction:
    """When the picture track ends by its index, if that knows more than the packets `seen`, else by the header."""
    track = container.streams[index] if index is not None else None
    if track and track.time_base and len(track.index_entries) > seen:
        return track.index_entries[len(track.index_entries) - 1].timestamp * _exact(track.time_base)
    return Fraction((container.start_time or 0) + (container.duration or 0), av.time_base)


def _note(scan: Scan, packet: "av.Packet[Any]", index: int | None) -> None:
    stamp = packet.pts if packet.pts is not None else packet.dts
    if stamp is None or packet.size == 0:
        return
    time = Fraction(stamp) * packet.time_base
    end = time + Fraction(packet.duration or 0) * packet.time_base
    if packet.stream_index == index:
        scan.times.append(time)
        scan.video_end = max(scan.video_end, end)
    if packet.stream_index == index or packet.stream_index in scan.sounds:
        scan.end = max(scan.end, end)
    if sound := scan.sounds.get(packet.stream_index):
        sound.note(packet, time, end)


def _exact(number: Any) -> Fraction:
    """PyAV's own kind of fraction does not mix with Python's."""
    return Fraction(number.numerator, number.denominator)
