"""One pass over a source's packets: when pictures are shown, which sound tracks can be heard, and when each ends."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream
from av.video.stream import VideoStream

from vod.source import matroska_tail
from vod.source.gradual_refresh import is_partial, length_bytes
from vod.source.looks import span
from vod.source.sound_scan import SoundScan
from vod.source.source_clock import DISCONTINUOUS, Clock, Joints, Stamps, clock_of, exact, steady

SCAN_BYTES = 64 * 2**20
"""How much of a source is demuxed to learn its timestamps; of a larger one the index or the tail tells the end."""
CLOCK_SCAN_BYTES = 4 * 2**30
"""The same of a source whose clock may start again anywhere: only reading all of it tells where."""
MOST_PACKETS, MOST_SECONDS = 1_000_000, 40
"""The pass ends after so many packets or seconds, too: a source that is longer is described by what was read."""
_NEAR_SECONDS, _FEW_PACKETS, _MANY_PACKETS = 20, 500, 20_000
_TAIL_SECONDS = 10
_ENTERED = ("mov", "matroska", "avi", "mpegts", "mpeg", "wav")
"""Containers whose end is reached without reading all that comes before it."""


@dataclass
class PictureScan:
    """When the pictures of a track are shown and when it ends (s, by the steady clock).

    One is shown up to `delay` (s) after it is decoded. Keyframes that are no whole pictures make it `partial`, which
    its units tell, each behind `length` bytes (gradual_refresh).
    """

    stamps: Stamps
    length: int = 0
    times: list[Fraction] = field(default_factory=list)
    end: Fraction = Fraction(0)
    delay: Fraction = Fraction(0)
    partial: bool = False

    def note(self, packet: "av.Packet[Any]") -> None:
        """What entering the source at a picture takes."""
        if packet.pts is not None and packet.dts is not None:
            self.delay = max(self.delay, (packet.pts - packet.dts) * exact(packet.time_base))
        if self.length and packet.is_keyframe and not self.partial:
            self.partial = is_partial(bytes(packet), self.length)

    def settle(self, joints: Joints) -> None:
        """All packets are noted."""
        spans = steady(self.stamps, joints)
        self.times = [begin for begin, _ in spans]
        # Where pictures are reordered, the length of a packet is not that of its picture (ISO files).
        self.end = max(spans, default=(0, Fraction(0)))[1]


@dataclass
class Scan:
    """Picture, sound and caption tracks by index, as far as demuxed, and the clock that all of them have.

    Not `complete` when there is more, whose end the header has `told`; `broken` when nothing more can be read. The last
    packet of a known track ends at the byte `used`.
    """

    sounds: dict[int, SoundScan]
    pictures: dict[int, PictureScan]
    texts: dict[int, Stamps]
    clock: Clock = field(default_factory=lambda: Clock({}))
    complete: bool = True
    broken: bool = False
    told: Fraction = Fraction(0)
    used: int = 0

    def settle(self, demuxer: str) -> None:
        """All packets are noted: what they tell by a steady clock."""
        pictures = {index: picture.stamps for index, picture in self.pictures.items()}
        sounds = {index: sound.stamps for index, sound in self.sounds.items()}
        self.clock = clock_of(demuxer, pictures, sounds, self.texts)
        for index, picture in self.pictures.items():
            picture.settle(self.clock.joints.get(index, ()))
        for index, sound in self.sounds.items():
            sound.settle(self.clock.joints.get(index, ()), self.complete)


def scanned(
    container: InputContainer, source: BinaryIO, size: int, has_length: bool, choose: Callable[[Scan], int | None]
) -> tuple[Scan, int | None]:
    """What the packets of a source tell, and the index of the picture track that `choose` finds by it, or None.

    The source is opened in `container`, which can demux no more afterwards; `has_length`: its header tells its length.
    """
    scan = _demuxed(container, CLOCK_SCAN_BYTES if _demuxer(container) in DISCONTINUOUS else SCAN_BYTES)
    index = choose(scan)
    if not scan.complete:
        tail = None if has_length else _spliced_tail(source, size)
        _add_tail(container, index, scan, tail or _tail(container))
    return scan, index


def _demuxer(container: InputContainer) -> str:
    return str(container.format.name.split(",")[0])


def _demuxed(container: InputContainer, most_bytes: int) -> Scan:
    """What follows in the source, up to so many bytes, packets and seconds of work."""
    demuxer = _demuxer(container)
    scan = Scan(
        {track.index: SoundScan(track) for track in container.streams.audio},
        {track.index: _picture_scan(track) for track in container.streams.video},
        {track.index: Stamps.of(track.time_base) for track in container.streams.subtitles},
    )
    seen, until = 0, time.monotonic() + MOST_SECONDS
    try:
        for place, packet in enumerate(container.demux()):
            _note(scan, packet, place, demuxer)
            seen += packet.size
            if seen > most_bytes or place > MOST_PACKETS or time.monotonic() > until:
                scan.complete = False
                break
    except FFmpegError as error:
        if isinstance(error, MemoryError) or not seen:
            raise
        scan.broken = True  # what comes before is the source: FFmpeg reads no further, either
    scan.settle(demuxer)
    return scan


def _picture_scan(track: VideoStream) -> PictureScan:
    codec = track.codec_context
    return PictureScan(Stamps.of(track.time_base), length_bytes(codec.name, codec.extradata))


def _add_tail(container: InputContainer, index: int | None, scan: Scan, tail: Scan | None) -> None:
    """The end of a large source: from its last packets, its index, or what its header says, which knows no joints."""
    if index is not None:
        _add_end(container, scan.pictures[index], index, scan.clock.last(index), tail)
    elif not tail:
        scan.told = header_end(container)
    for number, sound in scan.sounds.items():
        heard = tail.sounds[number] if tail else None
        sound.end = None if heard is None or heard.end is None else heard.end + scan.clock.last(number)
        if not sound.packets and heard and heard.begin is not None:
            sound.begin = _first_heard(container, number, heard.begin)


def _add_end(container: InputContainer, picture: PictureScan, index: int, shift: Fraction, tail: Scan | None) -> None:
    """When the pictures end: by the last of them, which is found from their last place in the index where none is in
    the tail, since sound may go on for long; else by the header, which tells the end of the longest track."""
    track = container.streams[index]
    if not (tail and tail.pictures[index].times) and len(track.index_entries):
        tail = _tail(container, _last_indexed(track)) or tail
    if tail and tail.pictures[index].times:
        picture.end = max(picture.end, tail.pictures[index].end + shift)
    elif not shift:
        picture.end = max(picture.end, _told_end(container, index, len(picture.times)))


def _tail(container: InputContainer, begin: Fraction | None = None) -> Scan | None:
    """What comes from a time (s) on, by itself the last seconds; None when it cannot be reached or does not end."""
    if _demuxer(container) not in _ENTERED:
        return None
    start, length = span(container)
    container.seek(round(max(start, start + length - _TAIL_SECONDS if begin is None else begin) * av.time_base))
    tail = _demuxed(container, SCAN_BYTES)
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
        return _demuxed(container, SCAN_BYTES)
    return None


def _told_end(container: InputContainer, index: int, seen: int) -> Fraction:
    """When the picture track ends by its index, if that knows more than the packets `seen`, else by the header; 0 where
    it knows no more, and knows all."""
    track = container.streams[index]
    if track.time_base and len(track.index_entries) > seen:
        return _last_indexed(track)
    return Fraction(0) if len(track.index_entries) == seen else header_end(container)


def _last_indexed(track: Stream) -> Fraction:
    """The last time (s) in a track's index, which is not empty."""
    return track.index_entries[len(track.index_entries) - 1].timestamp * exact(track.time_base or 0)


def can_be_entered(demuxer: str, size: int, track: VideoStream) -> bool:
    """Whether pictures all over a source of `size` bytes can be had without reading it again and again."""
    has_index = demuxer != "matroska" or len(track.index_entries) > 1
    return size <= SCAN_BYTES or (demuxer in _ENTERED and has_index)


def header_end(container: InputContainer) -> Fraction:
    """When the source ends (s) by its header."""
    return sum(span(container), Fraction(0))


def _note(scan: Scan, packet: "av.Packet[Any]", place: int, demuxer: str) -> None:
    if packet.size == 0:
        return
    index = packet.stream_index
    picture, sound = scan.pictures.get(index), scan.sounds.get(index)
    stamps = picture.stamps if picture else sound.stamps if sound else scan.texts.get(index)
    if stamps is None:
        return
    # Matroska stores no decoding times; what libav makes of them stumbles where fields are pictures.
    stored = packet.dts if demuxer in DISCONTINUOUS else None
    shown = packet.pts if packet.pts is not None else packet.dts
    in_order = stored is not None or packet.is_keyframe
    if picture:
        picture.note(packet)
    if sound and shown is not None:
        sound.note(packet)
    if sound and packet.is_discard:
        shown = stored = None  # what primes a decoder is not heard
    stamps.note(shown if stored is None else stored, shown, packet.duration or 0, place, in_order)
    if (picture or sound) and packet.pos is not None:
        scan.used = max(scan.used, packet.pos + packet.size)
