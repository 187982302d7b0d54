from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vod.chunks import ChunkPolicy, count, split

policies = st.builds(ChunkPolicy, least_seconds=st.integers(1, 600).map(Fraction), most=st.integers(1, 100))
lengths = st.fractions(min_value=Fraction(1, 100), max_value=100_000)


@given(lengths, policies)
def test_there_are_never_more_chunks_than_allowed_nor_shorter_ones(seconds: Fraction, policy: ChunkPolicy) -> None:
    chunks = count(seconds, policy)

    assert 1 <= chunks <= policy.most
    assert chunks == 1 or seconds / chunks >= policy.least_seconds


@given(st.integers(1, 20_000), st.integers(1, 100))
def test_every_segment_is_in_one_chunk_and_chunks_are_even(segments: int, chunks: int) -> None:
    runs = split(segments, chunks)
    ends = [end if end is not None else segments for _, end in runs]
    sizes = [end - first for (first, _), end in zip(runs, ends, strict=True)]

    assert [first for first, _ in runs] == [0, *ends[:-1]]
    assert sum(sizes) == segments
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == 1 or sizes[-1] > 1
