from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from vod.media.rate import STANDARD_RATES
from vod.plan.plan import Plan
from vod.source.probe import Rate

rates = st.sampled_from(STANDARD_RATES).map(Rate.of)
seconds = st.floats(min_value=0.01, max_value=40000, allow_nan=False)


@given(st.integers(1, 8192), st.integers(1, 4320), seconds, rates)
def test_a_plan_survives_the_journey_as_json(width: int, height: int, length: float, rate: Rate) -> None:
    made = samples.plan(samples.probe(width, height, length, rate))

    assert Plan.model_validate_json(made.model_dump_json()) == made


@given(seconds, rates)
def test_a_frame_is_a_whole_number_of_ticks(length: float, rate: Rate) -> None:
    made = samples.plan(samples.probe(seconds=length, rate=rate))

    assert Fraction(made.frame_ticks, made.timescale) == 1 / rate.fraction


@given(seconds, rates)
def test_chunks_cover_every_segment_once(length: float, rate: Rate) -> None:
    made = samples.plan(samples.probe(seconds=length, rate=rate))
    at = 0
    for chunk in made.chunks:
        if not chunk.video:
            continue
        assert chunk.first_segment == at
        at = made.segments if chunk.end_segment is None else chunk.end_segment

    assert at == made.segments
    assert (made.segments - 1) * made.segment_frames < made.frames <= made.segments * made.segment_frames


@given(seconds, rates)
def test_what_is_made_once_belongs_to_exactly_one_chunk(length: float, rate: Rate) -> None:
    made = samples.plan(samples.probe(seconds=length, rate=rate))

    assert sum(chunk.extras for chunk in made.chunks) == 1
    assert [chunk.index for chunk in made.chunks] == list(range(len(made.chunks)))


@given(st.integers(1, 8192), st.integers(1, 4320))
def test_rendition_names_are_unique(width: int, height: int) -> None:
    names = [rendition.name for rendition in samples.plan(samples.probe(width, height)).renditions]

    assert len(set(names)) == len(names)


def test_a_long_video_is_cut_into_chunks_with_the_extras_beside_them() -> None:
    made = samples.plan(samples.probe(seconds=250))

    assert [(c.video, c.first_segment, c.end_segment, c.extras) for c in made.chunks] == [
        (True, 0, 15, False),
        (True, 15, 31, False),
        (True, 31, 47, False),
        (True, 47, None, False),
        (False, 0, 0, True),
    ]


def test_a_source_that_cannot_be_entered_exactly_is_one_chunk() -> None:
    stream = samples.probe(seconds=3600).model_copy(update={"container": "mpegts"})

    made = samples.plan(stream)

    assert not made.is_seekable
    assert [(c.video, c.end_segment, c.extras) for c in made.chunks] == [(True, None, True)]


def test_a_source_without_sound_gets_none() -> None:
    assert samples.plan(samples.probe(audio=False)).audio == ()


def test_sound_without_picture_is_one_task_without_frames() -> None:
    made = samples.plan(samples.sound_probe(seconds=7200))

    assert (made.renditions, made.frames, made.video_index, made.cover) == ((), 0, None, 1)
    assert [(c.video, c.extras, c.ranges) for c in made.chunks] == [(False, True, None)]
    assert [track.name for track in made.audio] == ["a0"]
    assert made.seconds == 7200
    assert Plan.model_validate_json(made.model_dump_json()) == made
