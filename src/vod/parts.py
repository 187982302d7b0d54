"""How a large source is cut into the parts of a multipart upload."""

from math import ceil

MIB = 2**20
_MIN_PART = 8 * MIB
_MAX_PARTS = 10_000


def part_size(size: int) -> int:
    """Bytes per part for a source of `size` bytes: at least 8 MiB, whole MiB, at most 10,000 parts (S3's limit)."""
    return max(_MIN_PART, ceil(size / _MAX_PARTS / MIB) * MIB)


def part_count(size: int, per_part: int) -> int:
    """How many parts a source of `size` bytes has."""
    return max(1, ceil(size / per_part))


def expected_size(number: int, size: int, per_part: int) -> int:
    """Bytes of part `number` (from 1)."""
    return min(per_part, size - (number - 1) * per_part)
