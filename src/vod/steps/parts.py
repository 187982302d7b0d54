"""How a large source is cut into the parts of a multipart upload."""

from math import ceil

MIB = 2**20
_MIN_PART = 8 * MIB
_MOST_PARTS = 1000


def part_size(size: int) -> int:
    """Bytes per part for a source of `size` bytes: at least 8 MiB, whole MiB, at most 1,000 parts.

    S3 takes 10,000, but their addresses (2.4 kB each with a role's token) would not fit Lambda's 6 MB answer.
    """
    return max(_MIN_PART, ceil(size / _MOST_PARTS / MIB) * MIB)


def part_count(size: int, per_part: int) -> int:
    """How many parts a source of `size` bytes has."""
    return max(1, ceil(size / per_part))


def expected_size(number: int, size: int, per_part: int) -> int:
    """Bytes of part `number` (from 1)."""
    return min(per_part, size - (number - 1) * per_part)
