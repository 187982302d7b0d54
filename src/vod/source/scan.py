"""One pass over a source's packets: when pictures are shown, which sound tracks can be heard, and when each ends."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any, BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from vod.source import matroska_tail
from vod.source.decoders import ALLOWED
from vod.source.source_clock import DISCONTINUOUS, SourceClock

SCAN_BYTES = 64 * 2**20
"""How much of a source is demuxed to learn its timestamps; of a larger one the index or the tail tells the end."""
CLOCK_SCAN_BYTES = 4 * 2**30
"""The same of a source whose clock may start again anywhere: only reading all of it tells where."""
HEARD_FRAMES = 8
"""So many decoded pieces prove a sound track; of a shorter one, half of its packets."""
HEARING_PACKETS = 600
"""After so many packets without proof a sound track is given up."""
DRIFT_SECONDS, LEAST_DRIFT, MOST_DRIFT = 10, 0.0005, 0.02
"""A track of so many seconds whose clock is off by so much is stretched; what is further off is no clock's fault."""
_NEAR_SECONDS, _FEW_PACKETS, _MANY_PACKETS = 20, 500, 20_000
_HOLE = Fraction(1, 20)
_TAIL_SECONDS = 10
_ENTERED = ("mov", "matroska", "avi", "mpegts", "mpeg", "wav")
"""Containers whose end is reached without reading all that comes before it."""


class SoundScan:
    """What the pass learns about one sound track; times (s) are the source's, `end` None when it is not known.

    `channels` and `sample_rate` are those of the first decoded piece: headers keep silent about later layers of AAC.
    `samples` are those of one packet, 0 when packets differ.
    """

    def __init__(self, track: AudioStream) -> None:
        context = track.codec_context
        self.codec: str = context.name if context is not None else "unknown"
        self.channels: int = context.channels if context is not None else 0
        self.sample_rate: int = context.sample_rate if context is not None else 0
        self.begin: Fraction | None = None
        self.end: Fraction | None = None
        self.packets = 0
        self.samples = 0
        self._is_even = True
        self._tried = self._heard = 0
        self._is_mixable = True

    @property
    def is_heard(self) -> bool:
        """Whether what was decoded proves the track."""
        return self._heard >= HEARD_FRAMES or 0 < self._tried <= 2 * self._heard

    def note(self, packet: "av.Packet[Any]", begin: Fraction, end: Fraction, shift: Fraction) -> None:
        """A packet of this track, presented from `begin` to `end`, which is `shift` later than it says itself."""
        self.packets += 1
        if self._heard < HEARD_FRAMES and self._tried < HEARING_PACKETS and self._is_mixable:
            self._try(packet, shift)
        if not packet.is_discard:
            self._is_even &= self.end is None or abs(begin - self.end) < _HOLE
            self.begin = begin if self.begin is None else self.begin
            self.end = end if self.end is None else max(self.end, end)

    @property
    def drift(self) -> float:
        """By what part the track's clock is slower than its samples; 0 when it keeps time, has holes, or is unknown."""
        if self.begin is None or self.end is None or not (self.samples and self._is_even and self.sample_rate):
            return 0.0
        heard = self.packets * self.samples / self.sample_rate
        apart = float(self.end - self.begin) / heard - 1
        return apart if heard > DRIFT_SECONDS and LEAST_DRIFT < abs(apart) < MOST_DRIFT else 0.0

    def _try(self, packet: "av.Packet[Any]", shift: Fraction) -> None:
        self._tried += 1
        context = packet.stream.codec_context
        if context is None or context.codec.name not in ALLOWED or packet.has_sidedata("encryption_info"):
            return
        with suppress(FFmpegError, ValueError):  # one broken packet; the next may be whole
            for frame in packet.decode():
                if isinstance(frame, AudioFrame) and self._is_mixable:
                    self._hear(frame, shift)

    def _hear(self, frame: AudioFrame, shift: Fraction) -> None:
        if not self._heard:
            self._describe(frame, shift)
        elif frame.samples != self.samples:
            self.samples = 0
        self._heard += self._is_mixable

    def _describe(self, frame: AudioFrame, shift: Fraction) -> None:
        self._is_mixable = _is_mixable(frame)
        self.channels, self.sample_rate, self.samples = frame.layout.nb_channels, frame.sample_rate, frame.samples
        if frame.pts is not None and frame.time_base is not None:
            self.begin = frame.pts * exact(frame.time_base) + shift


def _is_mixable(frame: AudioFrame) -> bool:
    """Whether its channels can be mixed to stereo: those of ambisonic sound, for one, belong to no loudspeaker."""
    with suppress(FFmpegError, ValueError, RuntimeError):  # PyAV tells it in different ways
        AudioResampler(format="fltp", layout="stereo", rate=frame.sample_rate).resample(frame)
        return True
    return False


@dataclass
class PictureScan:
    """When the pictures of a track are shown and when it ends (s, the source's own time)."""

    times: list[Fraction] = field(default_factory=list)
    end: Fraction = Fraction(0)


@dataclass
class Scan:
    """Picture and sound tracks by index, as far as demuxed.

    Not `complete` when there is more, whose end the header has `told`; `broken` when nothing more can be read. The last
    packet of a known track begins at the byte `used`.
    """

    clock: SourceClock
    sounds: dict[int, SoundScan]
    pictures: dict[int, PictureScan]
    complete: bool = True
    broken: bool = False
    told: Fraction = Fraction(0)
    used: int = 0

    @property
    def end(self) -> Fraction:
        """When the last of all tracks ends."""
        heard = (sound.end for sound in self.sounds.values() if sound.end is not None)
        return max(self.told, *heard, *(picture.end for picture in self.pictures.values()), Fraction(0))


def scanned(
    container: InputContainer, source: BinaryIO, size: int, demuxer: str, choose: Callable[[Scan], int | None]
) -> tuple[Scan, int | None]:
    """What the packets of a source tell, and the index of the picture track that `choose` finds by it, or None.

    The source is opened in `container`, which can demux no more afterwards.
    """
    scan = _demuxed(container, demuxer, CLOCK_SCAN_BYTES if demuxer in DISCONTINUOUS else SCAN_BYTES)
    index = choose(scan)
    if not scan.complete:
        tail = _spliced_tail(source, size) if demuxer == "matroska" and not container.duration else None
        _add_tail(container, index, scan, tail or _tail(container, demuxer))
    return scan, index


def _demuxed(container: InputContainer, demuxer: str, most_bytes: int) -> Scan:
    """What follows in the source, up to so many bytes."""
    scan = Scan(
        SourceClock(demuxer),
        {track.index: SoundScan(track) for track in container.streams.audio},
        {track.index: PictureScan() for track in container.streams.video},
    )
    seen = 0
    try:
        for packet in container.demux():
            _note(scan, packet)
            seen += packet.size
            if seen > most_bytes:
                scan.complete = False
                break
    except FFmpegError as error:
        if isinstance(error, MemoryError) or not seen:
            raise
        scan.broken = True  # what comes before is the source: FFmpeg reads no further, either
    return scan


def _add_tail(container: InputContainer, index: int | None, scan: Scan, tail: Scan | None) -> None:
    """The end of a large source: from its last packets, its index, or what its header says."""
    if index is not None:
        picture = scan.pictures[index]
        told = _told_end(container, index, len(picture.times))
        picture.end = max(picture.end, told, tail.pictures[index].end if tail else told)
    elif not tail:
        scan.told = header_end(container)
    for number, sound in scan.sounds.items():
        sound.end = tail.sounds[number].end if tail else None
        if not sound.packets and tail and (heard := tail.sounds[number].begin) is not None:
            sound.begin = _first_heard(container, number, heard)


def _tail(container: InputContainer, demuxer: str) -> Scan | None:
    """The last seconds, None when they cannot be reached or do not end."""
    if container.format.name.split(",")[0] not in _ENTERED:
        return None
    begin, length = container.start_time or 0, container.duration or 0
    container.seek(begin + max(0, length - _TAIL_SECONDS * av.time_base))
    tail = _demuxed(container, demuxer, SCAN_BYTES)
    return tail if tail.complete else None


def _first_heard(container: InputContainer, index: int, at_most: Fraction) -> Fraction:
    """When a sound track begins (s) of which nothing was read so far: not later than what is known."""
    least, most = Fraction(container.start_time or 0, av.time_base), at_most
    while most - least > _NEAR_SECONDS:
        middle = (least + most) / 2
        found = _next_heard(container, index, middle, _FEW_PACKETS)
        least, most = (middle, most) if found is None else (least, min(found, middle))
    found = _next_heard(container, index, least, _MANY_PACKETS)
    return at_most if found is None else found


def _next_heard(container: InputContainer, index: int, time: Fraction, packets: int) -> Fraction | None:
    """The time of the first packet of a track among so many from a time (s) on."""
    with suppress(FFmpegError):
        container.seek(round(time * av.time_base))
        for packet in islice(container.demux(), packets):
            if packet.stream_index == index and packet.pts is not None:
                return packet.pts * exact(packet.time_base)
    return None


def _spliced_tail(source: BinaryIO, size: int) -> Scan | None:
    """The last packets of a Matroska file that has neither a duration nor cues."""
    file = matroska_tail.spliced(source, size)
    if file is None:
        return None
    with suppress(FFmpegError), av.open(file, "r", format="matroska") as container:
        return _demuxed(container, "matroska", SCAN_BYTES)
    return None


def _told_end(container: InputContainer, index: int, seen: int) -> Fraction:
    """When the picture track ends by its index, if that knows more than the packets `seen`, else by the header."""
    track = container.streams[index]
    if track.time_base and len(track.index_entries) > seen:
        return track.index_entries[len(track.index_entries) - 1].timestamp * exact(track.time_base)
    return header_end(container)


def can_be_entered(demuxer: str, size: int) -> bool:
    """Whether pictures all over a source of `size` bytes can be had without reading it again and again."""
    return demuxer in _ENTERED or size <= SCAN_BYTES


def header_end(container: InputContainer) -> Fraction:
    """When the source ends (s) by its header."""
    return Fraction((container.start_time or 0) + (container.duration or 0), av.time_base)


def _note(scan: Scan, packet: "av.Packet[Any]") -> None:
    if packet.size == 0:
        return
    index, base = packet.stream_index, exact(packet.time_base)
    picture, sound = scan.pictures.get(index), scan.sounds.get(index)
    length = Fraction(packet.duration or 0) * base
    # Matroska stores no decoding times; what libav makes of them stumbles where fields are pictures.
    stored = packet.dts if scan.clock.demuxer in DISCONTINUOUS else None
    order = packet.pts if stored is None else stored
    leads = picture is not None or sound is not None
    in_order = stored is not None or packet.is_keyframe
    shift = scan.clock.shift(index, _seconds(order, base), _seconds(packet.pts, base), length, in_order, leads)
    if leads and packet.pos is not None:
        scan.used = max(scan.used, packet.pos)
    stamp = packet.pts if packet.pts is not None else packet.dts
    if stamp is None:
        return
    time = Fraction(stamp) * base + shift
    if picture:
        picture.times.append(time)
        picture.end = max(picture.end, time + length)
    elif sound:
        sound.note(packet, time, time + length, shift)


def _seconds(ticks: int | None, base: Fraction) -> Fraction | None:
    return None if ticks is None else ticks * base


def exact(number: Any) -> Fraction:
    """PyAV's own kind of fraction does not mix with Python's."""
    return Fraction(number.numerator, number.denominator)
