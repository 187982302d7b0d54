from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vod.plan.chunks import MOST_TASKS, ChunkPolicy, beside_extras, count, split

policies = st.builds(
    ChunkPolicy,
    least_seconds=st.integers(1, 600).map(Fraction),
    most=st.integers(1, 100),
    target_seconds=st.integers(0, 3600),
)
lengths = st.fractions(min_value=Fraction(1, 100), max_value=100_000)


@given(lengths, policies)
def test_there_are_never_more_chunks_than_allowed_nor_shorter_ones(seconds: Fraction, policy: ChunkPolicy) -> None:
    chunks = count(seconds, float(seconds), policy)

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


def test_a_video_gets_as_many_tasks_as_its_target_needs() -> None:
    policy = ChunkPolicy(least_seconds=Fraction(60), most=20, target_seconds=300)
    hour = Fraction(3600)

    assert [count(hour, seconds, policy) for seconds in (200, 301, 3000, 30_000)] == [1, 2, 10, 20]
    assert count(Fraction(100), 5000, policy) == 1


def test_chunks_and_extras_are_no_more_tasks_than_allowed() -> None:
    assert [beside_extras(tasks) for tasks in (1, 2, 20, MOST_TASKS)] == [1, 1, 19, 39]
