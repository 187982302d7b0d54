"""The ladder: rungs as data, and the functions that pick those a source deserves and size its pictures on them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from vod.frozen import Frozen


class Rung(Frozen):
    """One entry of a ladder: short side in pixels, constant rate factor of its codec, peak rate in kbit/s at 30 fps."""

    short_side: Annotated[int, Field(ge=16, le=4320)]
    crf: Annotated[int, Field(ge=0, le=63)]
    peak_kbps: Annotated[int, Field(ge=50, le=200_000)]


WORTH_A_RUNG = Fraction(9, 8)
"""A source this much taller than the best fitting rung gets a rung of its own size."""
HIGH_RATE = Fraction(31)
"""Above this many frames per second the peak rate is raised by half."""


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's width and height in pixels, both even."""

    width: int
    height: int


def rungs_for(width: int, height: int, rate: Fraction, ladder: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """The rungs for a source shown at width x height (pixels) and rate (1/s), tallest first: never above the source
    nor above the ladder's first rung."""
    short = min(width, height)
    fitting = [rung for rung in ladder if rung.short_side <= short]
    above = [rung for rung in ladder if rung.short_side > short]
    if above and (not fitting or short > fitting[0].short_side * WORTH_A_RUNG):
        below = fitting[0].peak_kbps if fitting else 100
        fitting.insert(0, _own_rung(short, above[-1], below))
    # Lower rungs may be coarser, since a taller one serves who can take it; what is the tallest here has none above.
    best = min(rung.crf for rung in ladder)
    fitting[0] = fitting[0].model_copy(update={"crf": best})
    return tuple(_at_rate(rung, rate) for rung in fitting)


def size_on(rung: Rung, width: int, height: int) -> Size:
    """The rendition's size on this rung: the source's shape, sides even and at least 2."""
    scale = Fraction(rung.short_side, min(width, height))
    return Size(_even(width * scale), _even(height * scale))


def _own_rung(short: int, model: Rung, least_kbps: int) -> Rung:
    peak = max(least_kbps, round(model.peak_kbps * Fraction(short, model.short_side) ** 2))
    return Rung.model_construct(short_side=short, crf=model.crf, peak_kbps=peak)


def _at_rate(rung: Rung, rate: Fraction) -> Rung:
    return rung.model_copy(update={"peak_kbps": rung.peak_kbps * 3 // 2}) if rate >= HIGH_RATE else rung


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))
