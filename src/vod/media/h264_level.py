"""Levels of H.264 (ITU-T H.264, Table A-1): what a picture's size and rate ask of whoever decodes it."""

from fractions import Fraction

_BLOCK = 16
_LEAST = 99, 1485
"""Macroblocks in a picture and in a second at levels 1 and 1b. No side has more than the root of 8 times the former."""
_MOST = 36864, 2_073_600
"""Those of level 5.2, above which Firefox plays nothing."""
LEAST_LEVEL = "1.1"
"""Chromium, Shaka Player and dash.js know no level 1b, which x264 writes into the smallest streams (`avc1.640009`)."""
_LEAST_KBPS = 240
"""The peak rate of level 1.1 in High profile: a stream with more is of a higher level already."""


def named(width: int, height: int, rate: Fraction, peak_kbps: int) -> str | None:
    """The level to name for pictures of so many pixels and so many a second; None where x264 chooses a usual one."""
    return LEAST_LEVEL if _fits(width, height, rate, _LEAST) and peak_kbps <= _LEAST_KBPS else None


def is_played(width: int, height: int, rate: Fraction) -> bool:
    """Whether browsers play pictures of so many pixels and so many a second."""
    return _fits(width, height, rate, _MOST)


def _fits(width: int, height: int, rate: Fraction, limits: tuple[int, int]) -> bool:
    across, down = -(-width // _BLOCK), -(-height // _BLOCK)
    blocks = across * down
    is_strip = max(across, down) ** 2 > 8 * limits[0]
    return not is_strip and blocks <= limits[0] and blocks * rate <= limits[1]
