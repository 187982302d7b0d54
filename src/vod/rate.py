"""The output frame rate: a steady grid at the standard rate nearest to the source's.

Rule: the rate is measured on the presentation timestamps. When their mean rate and their median rate agree within 5 %
the mean counts, else (variable frame rate) the median; it is halved until it is at most 60 and moved to the nearest
standard rate by ratio. A source rate that the container declares and the timestamps confirm within 2 % wins over both.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median

MAX_RATE = Fraction(60)
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


def snap(rate: Fraction) -> Fraction:
    """The standard rate nearest by ratio, after halving what is above 60."""
    while rate > MAX_RATE * Fraction(101, 100):
        rate /= 2
    return min(STANDARD_RATES, key=lambda standard: max(standard / rate, rate / standard))


def measured(timestamps: Sequence[Fraction]) -> Fraction | None:
    """Frames per second of sorted presentation timestamps in seconds; None when they tell nothing."""
    steps = [b - a for a, b in pairwise(timestamps) if b > a]
    if not steps:
        return None
    middle = 1 / median(steps)
    mean = len(steps) / (timestamps[-1] - timestamps[0])
    return mean if abs(mean - middle) <= middle / 20 else middle


def grid_rate(timestamps: Sequence[Fraction], declared: Fraction | None) -> Fraction:
    """The output rate for a source with these presentation timestamps (s) and this declared rate (1/s)."""
    seen = measured(timestamps)
    if seen is None:
        seen = declared if declared and 1 <= declared <= MAX_RATE else Fraction(25)
    elif declared and abs(declared - seen) <= seen / 50:
        seen = declared
    return snap(seen)
