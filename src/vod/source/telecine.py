"""Film in video of 30 pictures a second: of every four pictures, two are shown for two fields and two for three.

The third field of a picture is the first one over again. Where a field hardly differs from the same field one picture
before, and the other field does, it came again; in telecined film each kind does so in one picture of five.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from operator import sub
from typing import NamedTuple

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vod.media.rate import VIDEO_RATE
from vod.source.looks import Look, following, sought, span

_NEAR = 0.1
_PLACES = 3
_PICTURES = 60
_PACKETS = 80
_LINES = 24
_TIMES_LESS = 2.5
_LEAST_DIFFERENCE = 0.5
"""Of 255, on average: what differs less stands still."""
_LEAST_SHARE = 0.1
_EIGHT_BITS = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p")


class Fields(NamedTuple):
    """Some lines of a picture's brightness: those of its upper field, and of its lower one."""

    upper: bytes
    lower: bytes


def may_be_telecined(track: VideoStream, looks: Iterable[Look]) -> bool:
    """Whether a track has 30 pictures a second, of one size and some of them interlaced."""
    seen = list(looks)
    rate = track.average_rate
    is_video = rate is not None and abs(float(rate) - VIDEO_RATE) < _NEAR
    return is_video and any(look.picture.interlaced_frame for look in seen) and len({look.size for look in seen}) == 1


def is_telecined(container: InputContainer, track: VideoStream) -> bool:
    """Whether the pictures at most of three places of a source show it."""
    (begin, length), found = span(container), 0
    for place in range(1, _PLACES + 1):
        if sought(container, begin + length * place / (_PLACES + 1)):
            looks = following(container, track, _PACKETS)
            found += come_again([fields(look.picture) for look in islice(looks, _PICTURES)])
    return found > _PLACES / 2


def fields(picture: VideoFrame) -> Fields | None:
    """The lines that are compared, None of a picture whose lines are no plain bytes."""
    plane = picture.planes[0]
    if picture.format.name not in _EIGHT_BITS or picture.height < 4 * _LINES:
        return None
    data, wide = bytes(plane), plane.line_size
    step = picture.height // (2 * _LINES) * 2
    upper = (data[line * wide : line * wide + picture.width] for line in range(0, step * _LINES, step))
    lower = (data[line * wide : line * wide + picture.width] for line in range(1, step * _LINES, step))
    return Fields(b"".join(upper), b"".join(lower))


def come_again(pictures: Iterable[Fields | None]) -> bool:
    """Whether upper and lower fields each come again in about one of five pictures that follow each other."""
    told = list(_again(pictures))
    upper, lower = told.count("upper"), told.count("lower")
    return min(upper, lower) >= max(3, _LEAST_SHARE * len(told)) and upper + lower < 0.6 * len(told)


def _again(pictures: Iterable[Fields | None]) -> Iterator[str]:
    for before, after in pairwise(pictures):
        if before is None or after is None or len(before.upper) != len(after.upper):
            continue
        upper, lower = _difference(before.upper, after.upper), _difference(before.lower, after.lower)
        if max(upper, lower) < _LEAST_DIFFERENCE:
            yield "still"
        elif upper * _TIMES_LESS < lower:
            yield "upper"
        else:
            yield "lower" if lower * _TIMES_LESS < upper else "neither"


def _difference(one: bytes, other: bytes) -> float:
    apart: int = sum(map(abs, map(sub, one, other)))
    return apart / len(one)
