"""The clock of a source that was put together from several, or cut: where it starts again or jumps, and by how much.

The rule, for packets in the order of the file:

- A track whose clock goes back by more than 0.1 s begins a new part; of times that are not in order (presentation times
  of pictures) only a keyframe's count.
- In containers that broadcasts and recorders write (MPEG-TS, MPEG-PS, FLV, Ogg) a clock that goes on by more than 5 s
  with no packet of any track in between begins a new part too: the gap is closed.
- A new part begins where everything before it ends; tracks keep their distance to each other within a part.
"""

from dataclasses import dataclass, field
from fractions import Fraction

LONGEST_GAP = Fraction(5)
"""A gap (s) that is no longer is what the source means: a pause, a slide."""
BACK = Fraction(1, 10)
"""How far (s) a clock may go back without starting again."""
MOST_PARTS = 32
"""A source of more parts is read as far as this many go."""
DISCONTINUOUS = frozenset({"mpegts", "mpeg", "flv", "ogg"})
RESTARTING = DISCONTINUOUS | {"matroska"}
"""Demuxers of containers whose clock may start again: files of them are appended to each other as bytes."""


@dataclass
class _Track:
    """`part` is the one it is in; `last` is the steady time (s) of its last packet; `begins` counts packets."""

    part: int = 0
    last: Fraction | None = None
    packets: int = 0
    begins: list[int] = field(default_factory=list)


@dataclass
class SourceClock:
    """Steady times (s) for the packets of a source, told one by one in the order of the file."""

    demuxer: str
    shifts: list[Fraction] = field(default_factory=lambda: [Fraction(0)])
    end: Fraction | None = None
    _tracks: dict[int, _Track] = field(default_factory=dict)

    def shift(
        self,
        index: int,
        stamp: Fraction | None,
        shown: Fraction | None,
        length: Fraction,
        in_order: bool,
        leads: bool,
    ) -> Fraction:
        """What to add (s) to the times of a packet of track `index` that is shown for `length` s from `shown` on.

        `stamp` is the decoding time, or the same as `shown`; not `in_order`, it may lie before the one before it.

        `leads` tells picture and sound, which may begin a part, from captions, which are in the newest one.
        """
        newest = len(self.shifts) - 1
        track = self._tracks.setdefault(index, _Track(newest, begins=[0] * newest))
        if not leads:
            self._enter(track, newest)
        elif stamp is not None and in_order and self.demuxer in RESTARTING:
            self._place(track, stamp, stamp if shown is None else shown)
        track.packets += 1
        shift = self.shifts[track.part]
        if stamp is not None and leads:
            steady = stamp + shift
            track.last = steady if track.last is None else max(track.last, steady)
            end = (stamp if shown is None else shown) + shift + length
            self.end = end if self.end is None else max(self.end, end)
        return shift

    def _place(self, track: _Track, stamp: Fraction, shown: Fraction) -> None:
        """Move the track to the part that a packet belongs to."""
        if self._follows(track, stamp + self.shifts[track.part]):
            return
        for part in range(track.part + 1, len(self.shifts)):
            if self._follows(track, stamp + self.shifts[part]):
                self._enter(track, part)
                return
        if self.end is not None and len(self.shifts) < MOST_PARTS:
            self.shifts.append(self.end - shown)
            self._enter(track, len(self.shifts) - 1)

    def _follows(self, track: _Track, steady: Fraction) -> bool:
        """Whether a packet can come next at this steady time."""
        if track.last is not None and steady < track.last - BACK:
            return False
        return self.demuxer not in DISCONTINUOUS or self.end is None or steady <= self.end + LONGEST_GAP

    def _enter(self, track: _Track, part: int) -> None:
        track.begins += [track.packets] * (part - track.part)
        track.part = part

    def joints(self) -> dict[int, tuple[tuple[int, Fraction], ...]]:
        """By track: from which of its packets on (counted from 0) by how much (s) the times are shifted in all."""
        found = {
            index: tuple(zip(track.begins, self.shifts[1:], strict=False)) for index, track in self._tracks.items()
        }
        return {index: joints for index, joints in found.items() if joints}
