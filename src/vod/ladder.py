"""The ladder: named rungs as data, and the one function that picks those a source deserves."""

from dataclasses import dataclass, replace
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Rung:
    """One entry of the ladder: short side in pixels, x264 constant rate factor, peak rate in kbit/s at 30 fps."""

    short_side: int
    crf: int
    peak_kbps: int


# Lower rungs get a lower CRF: at equal CRF they look 2-4 VMAF worse than at equal bit rate (docs/decisions.md).
LADDER = (
    Rung(2160, 23, 16000),
    Rung(1440, 23, 9000),
    Rung(1080, 23, 5000),
    Rung(720, 22, 2800),
    Rung(480, 21, 1400),
    Rung(360, 21, 800),
    Rung(240, 21, 400),
)
WORTH_A_RUNG = Fraction(9, 8)
"""A source this much taller than the best fitting rung gets a rung of its own size."""
HIGH_RATE = Fraction(31)
"""Above this many frames per second the peak rate is raised by half."""


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's width and height in pixels, both even."""

    width: int
    height: int


def rungs_for(width: int, height: int, rate: Fraction, ladder: tuple[Rung, ...] = LADDER) -> tuple[Rung, ...]:
    """The rungs for a source shown at width x height (pixels) and rate (1/s), tallest first; never above the source."""
    short = min(width, height)
    fitting = [rung for rung in ladder if rung.short_side <= short]
    if not fitting or short > fitting[0].short_side * WORTH_A_RUNG:
        fitting.insert(0, _own_rung(short, ladder))
    return tuple(_at_rate(rung, rate) for rung in fitting)


def size_on(rung: Rung, width: int, height: int) -> Size:
    """The rendition's size on this rung: the source's shape, sides even and at least 2."""
    scale = Fraction(rung.short_side, min(width, height))
    return Size(_even(width * scale), _even(height * scale))


def _own_rung(short: int, ladder: tuple[Rung, ...]) -> Rung:
    above = [rung for rung in ladder if rung.short_side > short]
    model = above[-1] if above else ladder[0]
    peak = max(100, round(model.peak_kbps * Fraction(short, model.short_side) ** 2))
    return Rung(short, model.crf, peak)


def _at_rate(rung: Rung, rate: Fraction) -> Rung:
    return replace(rung, peak_kbps=rung.peak_kbps * 3 // 2) if rate >= HIGH_RATE else rung


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))
