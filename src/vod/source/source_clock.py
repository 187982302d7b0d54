"""The clock of a source that was put together from several, or cut: where it starts again or jumps, and by how much.

The rule, for the packets of picture and sound in the order of the file:

- A clock that goes back by more than 0.1 s begins a new part; of times that are not in order (presentation times of
  pictures) only a keyframe's count.
- In containers that broadcasts and recorders write (MPEG-TS, MPEG-PS, FLV, Ogg) one that goes on by more than 5 s
  begins a new part too, where picture and sound do so together; by more than a minute, where there is only one of them.
- What one track does alone, while others go on, is no part; nor are a few packets after which the clock is as before.
- A new part begins where every track before it has ended; tracks keep their distance to each other within a part.
"""

from array import array
from bisect import bisect_left
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

LONGEST_GAP, LONGEST_GAP_ALONE = 5.0, 60.0
"""A gap (s) that is no longer is what the source means: a pause, a slide."""
BACK = 0.1
"""How far (s) a clock may go back without starting again."""
MOST_PARTS = 32
"""A source of more parts is read as far as this many go."""
DISCONTINUOUS = frozenset({"mpegts", "mpeg", "flv", "ogg"})
RESTARTING = DISCONTINUOUS | {"matroska"}
"""Demuxers of containers whose clock may start again: files of them are appended to each other as bytes."""
WRAP_SECONDS = {"mpegts": 2**33 / 90_000, "mpeg": 2**33 / 90_000}
"""After so long (s) a container's clock begins at 0 again; libav sees to that by itself."""
Joints = Sequence[tuple[int, Fraction]]
"""From which packets of a track on by how much (s) its times are shifted in all."""
_SAME_JUMP = 1.0
_GLITCH_PACKETS, _GLITCH = 50, 0.2
_NEAR_PACKETS = 5000
_REORDERED = 8
UNKNOWN = -(1 << 63)


@dataclass
class Stamps:
    """The packets of a track in ticks of `base` (s): when each is decoded (or shown, where that is not stored), when it
    is shown, how long, its place among all packets; `keys` tells those whose time is in order."""

    base: Fraction
    order: array[int] = field(default_factory=lambda: array("q"))
    shown: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("q"))
    places: array[int] = field(default_factory=lambda: array("q"))
    keys: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, base: Any) -> Self:
        """None yet, of a track with this time base as PyAV tells it."""
        return cls(exact(base) if base else Fraction(1))

    def note(self, order: int | None, shown: int | None, length: int, place: int, in_order: bool) -> None:
        """One more packet; None for a time that it does not tell."""
        self.order.append(UNKNOWN if order is None else order)
        self.shown.append(UNKNOWN if shown is None else shown)
        self.lengths.append(length)
        self.places.append(place)
        self.keys.append(in_order)


@dataclass(frozen=True, slots=True)
class _Jump:
    """A track's clock goes on from `before` to `after` (s) at its packet number `packet`, the source's `place`th."""

    track: int
    packet: int
    place: int
    before: float
    after: float

    @property
    def by(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Clock:
    """By track: from which of its packets on (counted from 0) by how much (s) the times are shifted in all; and the
    seconds of the gaps that were closed.

    `looks_wrapped`: libav took a step back for the end of a clock, and FFmpeg's program would take it back on its own.
    """

    joints: Mapping[int, tuple[tuple[int, Fraction], ...]]
    closed: tuple[float, ...] = ()
    looks_wrapped: bool = False

    def last(self, track: int) -> Fraction:
        """What is added to the times of a track at the end."""
        return self.joints[track][-1][1] if track in self.joints else Fraction(0)


def clock_of(
    demuxer: str, pictures: Mapping[int, Stamps], sounds: Mapping[int, Stamps], texts: Mapping[int, Stamps]
) -> Clock:
    """The clock of a source by its tracks: pictures and sounds, which lead, and captions, which follow."""
    tracks = {index: stamps for index, stamps in (*pictures.items(), *sounds.items()) if len(stamps.order)}
    if demuxer not in RESTARTING or not tracks:
        return Clock({})
    jumps = {index: _jumps(index, stamps, demuxer) for index, stamps in tracks.items()}
    joints = _joints(jumps, tracks)[: MOST_PARTS - 1]
    shifts = _shifts(joints, tracks, pictures.keys())
    told: dict[int, list[tuple[int, Fraction]]] = {}
    for joint, shift in zip(joints, shifts, strict=True):
        places = {jump.track: jump.packet for jump in joint}
        place = min(jump.place for jump in joint)
        for index, stamps in (*tracks.items(), *texts.items()):
            packet = places.get(index, _first_behind(stamps, place))
            told.setdefault(index, []).append((packet, shift))
    closed = tuple(max(jump.by for jump in joint) for joint in joints if joint[0].by > 0)
    wrap = WRAP_SECONDS.get(demuxer, 0.0)
    looks_wrapped = any(jump.by < 0 and abs(jump.by + wrap) < -jump.by / 10 for joint in joints for jump in joint)
    return Clock({index: tuple(parts) for index, parts in told.items()}, closed, looks_wrapped)


def _jumps(index: int, stamps: Stamps, demuxer: str) -> list[_Jump]:
    """Where a track's clock does not go on as it should, but for a few packets after which it is as before."""
    found: list[_Jump] = []
    base = float(stamps.base)
    known = [number for number, ticks in enumerate(stamps.order) if ticks != UNKNOWN]
    times = [stamps.order[number] * base for number in known]
    is_discontinuous, last, skip_to = demuxer in DISCONTINUOUS, None, 0
    for at, number in enumerate(known):
        time = times[at]
        if at < skip_to:
            continue
        is_back, is_on = last is not None and time < last - BACK, last is not None and time > last + LONGEST_GAP
        if last is not None and stamps.keys[number] and (is_back or (is_on and is_discontinuous)):
            if skip_to := _taken_back(times, at, time - last):
                continue
            found.append(_Jump(index, number, stamps.places[number], last, time))
            last = time
        last = time if last is None or stamps.keys[number] else max(last, time)
    return found


def _taken_back(times: Sequence[float], at: int, jump: float) -> int:
    """The number of the packet, soon behind a jump, that takes it back; 0 when none does."""
    soon = range(at + 1, min(at + _GLITCH_PACKETS, len(times)))
    return next((number for number in soon if abs(times[number] - times[number - 1] + jump) <= _GLITCH), 0)


def _joints(jumps: Mapping[int, list[_Jump]], tracks: Mapping[int, Stamps]) -> list[tuple[_Jump, ...]]:
    """The jumps that all tracks make together, in the order of the file."""
    every = sorted((jump for each in jumps.values() for jump in each), key=lambda jump: jump.place)
    joints: list[tuple[_Jump, ...]] = []
    taken: set[_Jump] = set()
    for jump in every:
        if jump in taken:
            continue
        others = {index: _like(jump, jumps[index], taken) for index in tracks if index != jump.track}
        if any(other is None and _goes_on(tracks[index], jump.place) for index, other in others.items()):
            continue
        same = [other for other in others.values() if other]
        if jump.by > 0 and jump.by <= (LONGEST_GAP if same else LONGEST_GAP_ALONE):
            continue
        joints.append((jump, *same))
        taken.update((jump, *same))
    return joints


def _like(jump: _Jump, others: Sequence[_Jump], taken: set[_Jump]) -> _Jump | None:
    """The jump of another track that is the same."""
    near = (
        other
        for other in others
        if other not in taken
        and abs(other.by - jump.by) <= _SAME_JUMP
        and abs(other.place - jump.place) <= _NEAR_PACKETS
    )
    return min(near, key=lambda other: abs(other.place - jump.place), default=None)


def _goes_on(stamps: Stamps, place: int) -> bool:
    """Whether a track has packets shortly before a place and shortly behind it."""
    number = _first_behind(stamps, place)
    before = number > 0 and place - stamps.places[number - 1] <= _NEAR_PACKETS
    behind = number < len(stamps.places) and stamps.places[number] - place <= _NEAR_PACKETS
    return before and behind


def _first_behind(stamps: Stamps, place: int) -> int:
    """The number of a track's first packet at or behind a place."""
    return bisect_left(stamps.places, place)


def _shifts(
    joints: Sequence[tuple[_Jump, ...]], tracks: Mapping[int, Stamps], pictures: Container[int]
) -> list[Fraction]:
    """What is added to the times of each part: every track goes on behind its own end, the tightest one at once.

    Where picture and sound end within 0.1 s, pictures follow each other without a hole: the last block of sound is
    longer than what is heard of it.
    """
    shifts: list[Fraction] = []
    begun = dict.fromkeys(tracks, 0)
    for joint in joints:
        before = shifts[-1] if shifts else Fraction(0)
        apart, shown = [], []
        for jump in joint:
            stamps = tracks[jump.track]
            end = _end(stamps, range(begun[jump.track], jump.packet))
            first = _begin(stamps, jump.packet)
            if end is not None and first is not None:
                apart.append((end - first) * stamps.base)
                shown += apart[-1:] if jump.track in pictures else []
            begun[jump.track] = jump.packet
        least = max(apart, default=Fraction(0))
        shifts.append(before + (max(shown) if shown and least - max(shown) <= BACK else least))
    return shifts


def _end(stamps: Stamps, packets: range) -> int | None:
    """When (ticks) the last of these packets is no longer shown."""
    times = ((_time(stamps, number), stamps.lengths[number]) for number in packets)
    return max((time + length for time, length in times if time != UNKNOWN), default=None)


def _begin(stamps: Stamps, packet: int) -> int | None:
    """When (ticks) the first of the pictures or sounds from a packet on is shown."""
    times = (_time(stamps, number) for number in range(packet, min(packet + _REORDERED, len(stamps.order))))
    return min((time for time in times if time != UNKNOWN), default=None)


def _time(stamps: Stamps, number: int) -> int:
    shown = stamps.shown[number]
    return stamps.order[number] if shown == UNKNOWN else shown


def steady(stamps: Stamps, joints: Joints) -> list[tuple[Fraction, Fraction]]:
    """From when to when (s) each packet is shown that has a time, by the steady clock."""
    spans = []
    base, parts = stamps.base, iter((*joints, (len(stamps.shown), Fraction(0))))
    (until, after), shift = next(parts), Fraction(0)
    for number, length in enumerate(stamps.lengths):
        while number >= until:
            shift = after
            until, after = next(parts)
        ticks = _time(stamps, number)
        if ticks != UNKNOWN:
            spans.append((ticks * base + shift, (ticks + length) * base + shift))
    return spans


def exact(number: Any) -> Fraction:
    """PyAV's own kind of fraction does not mix with Python's."""
    return Fraction(number.numerator, number.denominator)
