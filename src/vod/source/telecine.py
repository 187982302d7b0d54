"""Film in video of 30 pictures a second: of every four pictures, two are shown for two fields and two for three.

The third field of a picture is the first one over again. Where a field hardly differs from the same field one picture
before, and the other field does, it came again; in telecined film each kind does so in one picture of five.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
_KINDS = ("upper", "lower")
_PERIOD = 5
_IN_STEP = 0.8
_COLUMNS = 720
_EIGHT = 8
_BITS = {
    **dict.fromkeys(("yuv420p", "yuvj420p", "yuv422p", "yuvj422p"), _EIGHT),
    **dict.fromkeys(("yuv420p10le", "yuv422p10le"), 10),
}
"""Of the pictures' formats whose lines are read."""


class Fields(NamedTuple):
    """Some lines of a picture's brightness: those of its upper field, and of its lower one."""

    upper: bytes
    lower: bytes


def may_be_telecined(track: VideoStream, looks: Iterable[Look]) -> bool:
    """Whether a track has 30 pictures a second, of one size and some of them interlaced."""
    seen, rate = list(looks), track.average_rate
    is_video = rate is not None and abs(float(rate) - VIDEO_RATE) < _NEAR and fields(seen[0].picture) is not None
    return is_video and any(look.picture.interlaced_frame for look in seen) and len({look.size for look in seen}) == 1


def is_telecined(container: InputContainer, track: VideoStream) -> bool:
    """Whether the pictures at most of three places of a source show it."""
    (begin, length), found = span(container), 0
    for place in range(1, _PLACES + 1) if length else ():
        if place == _PLACES and found != _PLACES // 2:
            break  # the last place decides nothing
        if sought(container, begin + length * place / (_PLACES + 1)):
            looks = following(container, track, _PACKETS)
            found += come_again([fields(look.picture) for look in islice(looks, _PICTURES)])
    return found > _PLACES / 2


def fields(picture: VideoFrame) -> Fields | None:
    """The lines that are compared, None of a picture whose lines are no plain bytes."""
    plane, bits = picture.planes[0], _BITS.get(picture.format.name)
    # A buffer whose lines go upwards begins with the last of them, which PyAV does not know.
    if bits is None or picture.height < 4 * _LINES or plane.line_size < picture.width:
        return None
    wide, columns, step = plane.line_size, min(picture.width, _COLUMNS), picture.height // (2 * _LINES) * 2
    begin, size = (picture.width - columns) // 2, 1 if bits == _EIGHT else 2
    data = memoryview(plane)

    def line(number: int) -> bytes:
        at = number * wide + begin * size
        kept = data[at : at + columns * size]
        return bytes(kept) if bits == _EIGHT else bytes(min(255, value >> bits - _EIGHT) for value in kept.cast("H"))

    rows = range(0, step * _LINES, step)
    return Fields(b"".join(line(row) for row in rows), b"".join(line(row + 1) for row in rows))


def come_again(pictures: Iterable[Fields | None]) -> bool:
    """Whether upper and lower fields each come again in every fifth of pictures that follow each other."""
    told = list(_again(pictures))
    return all(_in_step([number for number, each in enumerate(told) if each == kind], len(told)) for kind in _KINDS)


def _in_step(places: Sequence[int], pictures: int) -> bool:
    """Whether something happens often enough, and nearly always at the same one of five pictures."""
    at = Counter(place % _PERIOD for place in places)
    return len(places) >= max(3, _LEAST_SHARE * pictures) and max(at.values()) >= _IN_STEP * len(places)


def _again(pictures: Iterable[Fields | None]) -> Iterator[str]:
    for before, after in pairwise(pictures):
        if before is None or after is None or len(before.upper) != len(after.upper):
            yield "unknown"
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
