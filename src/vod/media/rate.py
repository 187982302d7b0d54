"""The output grid's rate from a source's timestamps: no judder where the source has none, no flood of duplicates.

The rule, in this order (decisions and examples: docs/decisions.md, "One grid for every frame rate"):

1. Pauses are set aside: steps longer than 1/4 s and than eight median steps.
2. The source is steady when eight of ten stretches of four steps are within 10 % of their median (four, because
   telecine and rounded timestamps alternate), and the mean within 5 %. Its rate is the mean, or the median where
   missing frames bend the mean by more than 1 %, or what the container declares, if that is within 2 %.
   - Up to the limit it becomes the nearest standard rate, or, if none lies within 2 %, the nearest whole number.
   - Above the limit it is divided by the smallest whole number that gives a standard rate, if one of the first few
     does, else by the smallest: every second or third frame is evenly spaced, three of five are not.
3. A source that is not steady gets the lowest standard rate whose grid shows 95 of 100 of its frames.
4. The grid has at most eight frames for each of the source's, but is never slower than 5 frames a second on this
   account, so that a slide appears within 0.1 s of its time. A rate over that is divided by a whole number.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from statistics import median

STANDARD_RATES = (
    *(Fraction(n) for n in (1, 2, 3, 4, 5, 6, 8, 10, 12)),
    Fraction(25, 2),
    Fraction(15),
    Fraction(18),
    Fraction(20),
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
)
"""Frames per second that the output may have."""

FILM_RATE, VIDEO_RATE = Fraction(24000, 1001), Fraction(30000, 1001)
"""Of films in NTSC video, and of that video."""
DEFAULT_LIMIT = Fraction(60)
MOST_PER_FRAME = 8
LEAST_WHEN_SPARSE = 5
_FALLBACK = Fraction(25)
_GROUP = 4
_SAMPLE = 20_000
_PAUSE_SECONDS = 0.25
_PAUSE_STEPS = 8


def grid_rate(times: Sequence[Fraction], declared: Fraction | None, limit: Fraction = DEFAULT_LIMIT) -> Fraction:
    """Frames per second of the grid for sorted presentation times (s); `limit` is the profile's highest rate."""
    stamps = [float(time) for time in times]
    steps = [after - before for before, after in pairwise(stamps) if after > before]
    if not steps:
        return _nearest(declared if declared and 1 <= declared <= limit else min(_FALLBACK, limit), limit)
    seen = steady_rate(steps)
    wanted = _lowest_that_shows(stamps, limit) if seen is None else _fitting(_confirmed(seen, declared), limit)
    return _sparse(wanted, len(stamps), stamps[-1] - stamps[0])


def within(rate: Fraction, limit: Fraction) -> Fraction:
    """The grid for a steady rate under a lower limit (both 1/s), by the same rule."""
    return rate if rate <= limit else _fitting(rate, limit)


def steady_rate(steps: Sequence[float]) -> Fraction | None:
    """The rate of steps (s, all positive) without pauses; None when it varies."""
    pause = max(_PAUSE_SECONDS, _PAUSE_STEPS * median(steps))
    moving = [step for step in steps if step <= pause]
    groups = sorted(sum(moving[at : at + _GROUP]) / _GROUP for at in range(len(moving) - _GROUP + 1)) or sorted(moving)
    pace = median(groups)
    mean = sum(moving) / len(moving)
    tenth = len(groups) // 10
    is_even = pace - groups[tenth] <= pace / 10 and groups[-1 - tenth] - pace <= pace / 10
    if not is_even or abs(mean - pace) > pace / 20:
        return None
    # The mean is exact; but where frames are missing here and there, it is off and the median is not.
    return 1 / Fraction(mean if abs(mean - pace) <= pace / 100 else pace)


def _confirmed(seen: Fraction, declared: Fraction | None) -> Fraction:
    return declared if declared and abs(declared - seen) <= seen / 50 else seen


def _fitting(rate: Fraction, limit: Fraction) -> Fraction:
    """The grid for a steady rate."""
    if rate <= limit * Fraction(101, 100):
        nearest = _nearest(rate, limit)
        own = Fraction(max(1, min(round(rate), floor(limit))))
        return (
            nearest if _apart(nearest, rate) <= Fraction(102, 100) else min(nearest, own, key=lambda r: _apart(r, rate))
        )
    least = ceil(rate / (limit * Fraction(101, 100)))
    exact = (_nearest(rate / by, limit) for by in range(least, 3 * least) if _is_standard(rate / by, limit))
    return next(exact, None) or _fitting(rate / least, limit)


def _is_standard(rate: Fraction, limit: Fraction) -> bool:
    return _apart(_nearest(rate, limit), rate) <= Fraction(1005, 1000)


def _nearest(rate: Fraction, limit: Fraction) -> Fraction:
    allowed = [standard for standard in STANDARD_RATES if standard <= limit]
    return min(allowed, key=lambda standard: _apart(standard, rate))


def _apart(one: Fraction, other: Fraction) -> Fraction:
    """How far apart two rates are, as a ratio of at least 1."""
    return max(one / other, other / one)


def _lowest_that_shows(stamps: Sequence[float], limit: Fraction) -> Fraction:
    """The lowest standard rate whose grid shows nearly every frame, or its twin (29.97 and 30) if that fits better."""
    sample = stamps[:_SAMPLE]
    rates = sorted(standard for standard in STANDARD_RATES if standard <= limit)
    for rate, above in pairwise([*rates, rates[-1]]):
        fit = _fit(sample, rate)
        if fit[0] * 100 >= 95 * len(sample):
            return above if _apart(above, rate) < Fraction(1002, 1000) and _fit(sample, above) > fit else rate
    return rates[-1]


def _fit(stamps: Sequence[float], rate: Fraction) -> tuple[int, float]:
    """How many frames have a place of their own on a grid that begins with the first, and (below 0) how far off."""
    places = [(stamp - stamps[0]) * float(rate) for stamp in stamps]
    nearest = [floor(place + 0.5) for place in places]
    return len(set(nearest)), -sum(abs(place - near) for place, near in zip(places, nearest, strict=True))


def _sparse(rate: Fraction, frames: int, seconds: float) -> Fraction:
    """The rate, or a whole part of it, that does not fill pauses with too many copies."""
    allowed = max(MOST_PER_FRAME * frames, LEAST_WHEN_SPARSE * seconds)
    divisor = max(1, ceil(float(rate) * seconds / allowed - 0.1))
    return rate if divisor == 1 else _nearest(rate / divisor, rate)
