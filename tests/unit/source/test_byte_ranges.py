from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vod.source.byte_ranges import MOST_ENTRIES, SourceIndex, merged, needed, thinned, total

# A minute a megabyte, keyframes every two seconds, the index at both ends.
SIZE = 60_000_000
INDEX = SourceIndex(
    always=((0, 1000), (SIZE - 1000, SIZE)), entries=tuple((2.0 * n, 1000 + n * 33_000) for n in range(1800))
)
RATE = Fraction(25)


def test_a_chunk_needs_what_lies_around_it_and_the_headers() -> None:
    head, body, tail = needed(INDEX, SIZE, Fraction(600), Fraction(660), RATE, 2.0)

    assert (head, tail) == ((0, 1000), (SIZE - 1000, SIZE))
    assert body == (1000 + 298 * 33_000, 1000 + 332 * 33_000)


def test_the_last_chunk_reads_to_the_end() -> None:
    assert needed(INDEX, SIZE, Fraction(3540), None, RATE, 2.0)[-1][1] == SIZE


def test_all_chunks_together_read_little_more_than_the_source() -> None:
    bounds = [Fraction(60 * n) for n in range(60)]
    ends: list[Fraction | None] = [*bounds[1:], None]

    read = sum(total(needed(INDEX, SIZE, first, end, RATE, 2.0)) for first, end in zip(bounds, ends, strict=True))

    assert read < SIZE * 1.2


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 30)).map(lambda r: (r[0], r[0] + r[1])), max_size=20))
def test_merging_keeps_every_byte_once(ranges: list[tuple[int, int]]) -> None:
    joined = merged(ranges)

    assert {b for first, end in joined for b in range(first, end)} == {
        b for first, end in ranges for b in range(first, end)
    }
    assert all(a[1] < b[0] for a, b in zip(joined, joined[1:], strict=False))


def test_an_index_is_thinned_and_a_jumbled_one_is_not_trusted() -> None:
    long = thinned([(float(n), n * 10 + 1) for n in range(100_000)], 100_000)

    assert long is not None
    assert len(long) <= MOST_ENTRIES
    assert thinned([(0.0, 100), (1.0, 50)], 10) is None
    assert thinned([], 10) is None
