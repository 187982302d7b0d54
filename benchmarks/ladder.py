"""Ladders compared at equal quality: what one ladder would need for the picture that each rung of another gives.

A ladder is seen as the line through its rungs in the plane of VMAF and log(kbit/s), and of the rungs only those
count that a player gains by (upper convex hull). Between rungs the line is straight, as in Bjontegaard's measure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from statistics import fmean


@dataclass(frozen=True, slots=True)
class FixedRung:
    """A rung with one rate for every content: short side in pixels, average rate in kbit/s."""

    short_side: int
    kbps: int

    @property
    def name(self) -> str:
        """Tells rungs of one size apart."""
        return f"v{self.short_side}-{self.kbps}"


FIXED = (
    FixedRung(1080, 7800),
    FixedRung(1080, 6000),
    FixedRung(720, 4500),
    FixedRung(720, 3000),
    FixedRung(540, 2000),
    FixedRung(432, 1100),
    FixedRung(432, 730),
    FixedRung(360, 365),
    FixedRung(234, 145),
)
"""Apple, HLS Authoring Specification for Apple Devices, target rates of H.264 video."""
SEEN = 95.0
"""VMAF above this counts as this: nobody sees the difference (half of all viewers see none from 94 up; Kah et al.,
"Fundamental relationships between subjective quality, user acceptance, and the VMAF metric", SPIE 2021)."""
SAME = 1.0
"""VMAF by which our best rung may stay below a fixed one and still count as equal; viewers tell 6 apart (ibid.)."""
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """A rendition: kbit/s it takes, and its VMAF."""

    kbps: float
    vmaf: float


@dataclass(frozen=True, slots=True)
class Match:
    """A rung of the fixed ladder, and what ours takes for the same picture in kbit/s; None when ours ends below it."""

    fixed: Point
    ours_kbps: float | None


def hull(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points on the upper convex hull over log(kbit/s), cheapest first: those that are worth their bits."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (point.kbps, -point.vmaf)):
        if kept and point.vmaf <= kept[-1].vmaf:
            continue
        while len(kept) > 1 and _slope(kept[-2], point) >= _slope(kept[-2], kept[-1]):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def kbps_at(curve: Sequence[Point], vmaf: float) -> float | None:
    """The rate at which a hull reaches a quality: its cheapest rung below its range, None above."""
    if vmaf <= curve[0].vmaf:
        return curve[0].kbps
    for low, high in pairwise(curve):
        if vmaf <= high.vmaf:
            return exp(log(low.kbps) + (vmaf - low.vmaf) / _slope(low, high))
    return None


def matches(fixed: Sequence[Point], ours: Sequence[Point], seen: float = SEEN) -> tuple[Match, ...]:
    """For every fixed rung, dearest first, what ours needs for its VMAF, or for `seen` where it has more."""
    curve = hull(ours)
    dearest_first = sorted(fixed, key=lambda point: -point.kbps)
    return tuple(Match(rung, _needed(curve, min(rung.vmaf, seen))) for rung in dearest_first)


def bd_rate(fixed: Sequence[Point], ours: Sequence[Point], seen: float = 100.0) -> float | None:
    """Rate of ours in that of the fixed ladder (0.8 = 20 % fewer bits), averaged over the VMAF that both span.

    Bjontegaard, VCEG-M33, with straight lines between the rungs; None when the ladders span nothing in common.
    """
    first, second = hull(fixed), hull(ours)
    low = max(first[0].vmaf, second[0].vmaf)
    high = min(first[-1].vmaf, second[-1].vmaf, seen)
    if high <= low:
        return None
    steps = [low + (high - low) * (step + 0.5) / _STEPS for step in range(_STEPS)]
    return exp(fmean(log(_inside(second, vmaf) / _inside(first, vmaf)) for vmaf in steps))


def _needed(curve: Sequence[Point], vmaf: float) -> float | None:
    best = curve[-1]
    return best.kbps if best.vmaf < vmaf <= best.vmaf + SAME else kbps_at(curve, vmaf)


def _inside(curve: Sequence[Point], vmaf: float) -> float:
    kbps = kbps_at(curve, vmaf)
    assert kbps is not None
    return kbps


def _slope(low: Point, high: Point) -> float:
    """VMAF gained for each unit of log(kbit/s)."""
    return (high.vmaf - low.vmaf) / max(log(high.kbps / low.kbps), 1e-9)
