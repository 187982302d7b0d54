"""What can be watched of a video whose encoders are at work."""

from fractions import Fraction

import pytest

from tests import samples
from vod.encoder.report import ChunkReport, TrackReport
from vod.manifest.growth import so_far
from vod.plan.chunks import ChunkPolicy
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject, grows


def planned(seconds: float = 60.0, chunks: int = 3, audio: bool = True) -> Plan:
    stored = SourceObject(bucket="source", key="k", version="v", size=1000)
    policy = ChunkPolicy(least_seconds=Fraction(1), most=chunks)
    return make_plan(samples.VIDEO_ID, samples.RUN, stored, samples.probe(seconds=seconds, audio=audio), policy)


PLAN = planned()
EXTRAS = PLAN.chunks[-1]


def pictures(chunk: int, segments: int, plan: Plan = PLAN, ahead: int = 0) -> ChunkReport:
    """A task at work that has stored so many segments of every rung, of the lowest some more."""
    first = plan.chunks[chunk].first_segment
    tracks = []
    for number, rendition in enumerate(plan.renditions):
        count = segments + (ahead if number == len(plan.renditions) - 1 else 0)
        frames = [100] * (first + count)
        made = samples.track(rendition.name, frames, plan.frame_ticks, plan.timescale, key_bytes=400)
        tracks.append(made.model_copy(update={"segments": made.segments[first:]}))
    return ChunkReport(chunk=chunk, outcome="encoding", video=tuple(tracks))


def sound(seconds: float, **changes: object) -> ChunkReport:
    fragments = [188] * round(seconds / 4.01)
    track = samples.track("a0", fragments, 1024, 48000, "mp4a.40.2").model_copy(update={"edit": 1024})
    return ChunkReport(chunk=EXTRAS.index, outcome="encoding", audio=(track,)).model_copy(update=changes)


def seconds_of(*reports: ChunkReport, plan: Plan = PLAN) -> float:
    found = so_far(plan, {report.chunk: report for report in reports})
    return found.video[0].seconds if found else 0.0


def test_a_video_too_short_to_wait_for_does_not_grow() -> None:
    assert grows(PLAN)
    assert not grows(planned(20.0))
    assert not grows(samples.plan(samples.sound_probe(600.0)))


def test_it_begins_when_the_first_chunk_has_eight_seconds_of_every_rung() -> None:
    assert seconds_of(pictures(0, 1, ahead=3), sound(60)) == 0
    assert seconds_of(pictures(0, 2, ahead=3), sound(60)) == 8


def test_what_only_some_rungs_have_does_not_count() -> None:
    found = so_far(PLAN, {0: pictures(0, 3, ahead=2), EXTRAS.index: sound(60)})

    assert found
    assert {len(track.segments) for track in found.video} == {3}


def test_a_chunk_joins_when_all_before_it_are_whole() -> None:
    whole = PLAN.chunks[0].end_segment
    assert whole

    assert seconds_of(pictures(0, whole - 1), pictures(1, 4), sound(60)) == 4 * (whole - 1)
    assert seconds_of(pictures(0, whole), pictures(1, 4), sound(60)) == 4 * (whole + 4)
    assert seconds_of(pictures(0, whole), pictures(2, 5), sound(60)) == 4 * whole


def test_a_damaged_chunk_that_ended_early_lets_no_other_join() -> None:
    damaged = pictures(0, 3).model_copy(update={"outcome": "encoded"})

    assert seconds_of(damaged, pictures(1, 4), sound(60)) == 12


@pytest.mark.parametrize("missing", [{"has_extras": False}, {"audio": ()}])
def test_nothing_is_shown_before_it_is_known_what_it_consists_of(missing: dict[str, object]) -> None:
    assert seconds_of(pictures(0, 5), sound(60, **missing)) == 0
    assert seconds_of(pictures(0, 5)) == 0


def test_an_undecodable_sound_track_is_left_out_when_its_task_has_ended() -> None:
    assert seconds_of(pictures(0, 5), sound(60, audio=(), outcome="encoded")) == 20


def test_the_picture_waits_for_the_sound() -> None:
    assert seconds_of(pictures(0, 5), sound(13)) == 12


@pytest.mark.parametrize("report", [sound(54.0), sound(20.0, outcome="encoded")])
def test_the_picture_does_not_wait_for_sound_that_is_over(report: ChunkReport) -> None:
    assert seconds_of(pictures(0, 5), pictures(1, 5), pictures(2, 4), report) == 56


def test_sound_ends_about_where_the_picture_does() -> None:
    found = so_far(PLAN, {0: pictures(0, 3), EXTRAS.index: sound(60)})

    assert found
    assert found.video[0].seconds == 12
    assert 12 <= found.audio[0].seconds < 16.1


def test_it_never_gets_shorter() -> None:
    shown: list[TrackReport] = []
    for segments in range(1, 6):
        for heard in (4, 9, 20, 60):
            found = so_far(PLAN, {0: pictures(0, segments), EXTRAS.index: sound(heard)})
            before = so_far(PLAN, {0: pictures(0, segments), EXTRAS.index: sound(max(4, heard - 4))})
            if before:
                assert found
                assert found.video[0].segments[: len(before.video[0].segments)] == before.video[0].segments
                shown.append(found.video[0])

    assert shown


def test_video_without_sound_waits_for_nothing_but_its_poster() -> None:
    plan = planned(audio=False)
    extras = ChunkReport(chunk=plan.chunks[-1].index, outcome="encoding")

    assert seconds_of(pictures(0, 3, plan), extras, plan=plan) == 12


def test_the_sound_of_the_head_is_heard_until_the_extras_are_further() -> None:
    head = EXTRAS.model_copy(update={"index": len(PLAN.chunks), "extras": False, "heard_segments": 4})
    plan = PLAN.model_copy(update={"head": head})
    first = pictures(0, 5)
    of_head = sound(16).model_copy(update={"chunk": head.index, "outcome": "encoded"})
    unknown = sound(4, has_extras=False)

    assert seconds_of(first, plan=plan) == 0
    assert seconds_of(first, of_head, plan=plan) == 16
    assert seconds_of(first, of_head, unknown, plan=plan) == 16
    assert seconds_of(first, of_head, sound(60), plan=plan) == 20
    assert seconds_of(first, of_head.model_copy(update={"outcome": "refused"}), plan=plan) == 0
