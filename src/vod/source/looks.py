"""Decoded pictures of a source: the first one as proof, and some from all over it, since one does not speak for all."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice, takewhile
from typing import Any, NamedTuple

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vod.errors import SourceRefused
from vod.source.probe import Limits
from vod.source.source_clock import exact

PROOF_PACKETS = 600
"""A picture must come out of the first so many packets."""
PLACES = 8
"""Places at which a source is looked at, half as many where pictures are large."""
_MANY_PIXELS = 2560 * 1440
_LOOK_PACKETS = 60
_HALVINGS = 8


class Look(NamedTuple):
    """A decoded picture, and the pixels' shape that its own stream tells (None: nothing)."""

    picture: VideoFrame
    shape: Fraction | None

    @property
    def time(self) -> Fraction:
        """When the picture is shown (s, the source's own time)."""
        return Fraction(self.picture.pts or 0) * exact(self.picture.time_base or 0)

    @property
    def size(self) -> tuple[int, int, Fraction]:
        """Width, height and pixels' shape, as coded."""
        return self.picture.width, self.picture.height, self.shape or Fraction(1)


def pixels(track: VideoStream) -> int:
    """Of a picture, as the header says."""
    return int(track.codec_context.width * track.codec_context.height)


def first_look(container: InputContainer, track: VideoStream, limits: Limits) -> Look:
    """The first picture that can be decoded; SourceRefused when there is none, or it is too large or encrypted."""
    if pixels(track) > limits.max_pixels:
        raise SourceRefused("too_many_pixels", f"{track.codec_context.width}x{track.codec_context.height}")
    # The header may lie: the decoder refuses a larger picture before it takes memory for it.
    track.codec_context.options = {"max_pixels": str(limits.max_pixels)}
    for number, packet in enumerate(container.demux(track)):
        if packet.has_sidedata("encryption_info"):
            raise SourceRefused("encrypted")
        for look in _decoded(track, packet):
            return look
        if number > PROOF_PACKETS:
            break
    raise SourceRefused("corrupt")


def looks(container: InputContainer, track: VideoStream, first: Look) -> list[Look]:
    """The first picture, those of places all over the source, and the first one of each further size or shape."""
    begin, length = span(container)
    places = PLACES if pixels(track) <= _MANY_PIXELS else PLACES // 2
    seen = [first]
    for place in range(1, places + 1) if length else ():
        look = _at(container, track, begin + length * place / (places + 1))
        if look and look.time > seen[-1].time:
            seen += [] if look.size == seen[-1].size else _change(container, track, seen[-1], look)
            seen.append(look)
    return seen


def _at(container: InputContainer, track: VideoStream, time: Fraction) -> Look | None:
    """A picture at or shortly before a time (s)."""
    return next(following(container, track, _LOOK_PACKETS), None) if sought(container, time) else None


def _change(container: InputContainer, track: VideoStream, before: Look, after: Look) -> list[Look]:
    """The first picture between two that has the later one's size and shape."""
    for _ in range(_HALVINGS):
        look = _at(container, track, (before.time + after.time) / 2)
        if look is None or look.time <= before.time:
            break
        before, after = (look, after) if look.size == before.size else (before, look)
    if sought(container, before.time):
        between = takewhile(lambda look: look.time < after.time, following(container, track, PROOF_PACKETS))
        return [next((look for look in between if look.size == after.size), after)]
    return [after]


def sought(container: InputContainer, time: Fraction) -> bool:
    """Whether a source can be read from a keyframe at or shortly before a time (s) on, which is then done next."""
    with suppress(av.error.FFmpegError):
        container.seek(round(time * av.time_base))
        return True
    return False


def span(container: InputContainer) -> tuple[Fraction, Fraction]:
    """When a source begins and how long it is (s), by its header."""
    return Fraction(container.start_time or 0, av.time_base), Fraction(container.duration or 0, av.time_base)


def following(container: InputContainer, track: VideoStream, packets: int) -> Iterator[Look]:
    """The pictures of so many packets; what cannot be read ends them."""
    with suppress(av.error.FFmpegError):
        for packet in islice(container.demux(track), packets):
            yield from _decoded(track, packet)


def _decoded(track: VideoStream, packet: "av.Packet[Any]") -> Iterator[Look]:
    try:
        for frame in track.decode(packet):
            shape = track.codec_context.sample_aspect_ratio
            yield Look(frame, exact(shape) if shape else None)
    except av.error.InvalidDataError:
        return  # one broken packet; the next may be whole
