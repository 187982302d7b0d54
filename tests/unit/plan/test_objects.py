import pytest

from tests import samples
from vod.plan.chunks import ChunkPolicy, FunctionLane, Lane
from vod.plan.make_plan import make_plan
from vod.plan.objects import stored_keys
from vod.plan.plan import Plan, SourceObject

RUN = f"videos/{samples.VIDEO_ID}/{samples.RUN}/"


def test_a_chunk_may_store_its_segments_and_its_report_and_nothing_else() -> None:
    plan = samples.plan()
    chunk = plan.chunks[0].model_copy(update={"first_segment": 1, "end_segment": 2, "extras": False})

    found = stored_keys(plan, chunk)

    tracks = [rendition.name for rendition in plan.renditions]
    wanted = [f"{RUN}{name}/{file}" for name in tracks for file in ("init.mp4", "00001.m4s")]
    assert [key for key in found if "/storyboard/" not in key] == [
        *wanted,
        f"jobs/{samples.VIDEO_ID}/{samples.RUN}/report-00000.json",
    ]


def test_the_last_chunk_may_be_a_little_longer_than_planned() -> None:
    plan = samples.plan()
    last = plan.chunks[0].model_copy(update={"first_segment": plan.segments - 1, "end_segment": None, "extras": False})

    segments = [key for key in stored_keys(plan, last) if key.startswith(f"{RUN}{plan.renditions[0].name}/0")]

    assert [key.rsplit("/", 1)[1] for key in segments] == [
        f"{plan.segments - 1 + number:05d}.m4s" for number in range(3)
    ]


def test_the_extras_are_sound_subtitles_and_poster() -> None:
    plan = samples.plan()
    extras = plan.chunks[0].model_copy(update={"video": False, "extras": True})

    found = {key.removeprefix(RUN) for key in stored_keys(plan, extras)}

    assert "poster.jpg" in found
    for track in plan.audio:
        assert {f"{track.name}/init.mp4", f"{track.name}/00000.m4s"} <= found
    for text in plan.subtitles:
        assert {f"{text.name}/subtitles.vtt", f"{text.name}/init.mp4", f"{text.name}/00000.m4s"} <= found


def of_many_tracks(sounds: int, seconds: float, lane: FunctionLane) -> Plan:
    found = samples.probe(640, 360, seconds)
    tracks = tuple(found.audio[0].model_copy(update={"index": 1 + number}) for number in range(sounds))
    stored = SourceObject(bucket="b", key="k", version="v", size=10**6)
    source = found.model_copy(update={"audio": tracks, "size": 10**6})
    return make_plan(samples.VIDEO_ID, samples.RUN, stored, source, ChunkPolicy(functions=lane))


@pytest.mark.parametrize(("sounds", "seconds", "lane"), [(16, 90, 90), (3, 900, 900), (1, 900, 900), (16, 60, 90)])
def test_no_function_gets_more_addresses_than_the_state_machine_carries(sounds: int, seconds: int, lane: int) -> None:
    plan = of_many_tracks(sounds, seconds, FunctionLane(whole_seconds=lane))

    for chunk in plan.chunks:
        if chunk.lane is Lane.FUNCTION:
            assert len(stored_keys(plan, chunk)) * 530 < 170_000
    assert {chunk.lane for chunk in plan.chunks if chunk.video} == {Lane.FUNCTION}


def test_what_stores_too_much_for_a_function_goes_to_a_task() -> None:
    plan = of_many_tracks(16, 90, FunctionLane(whole_seconds=90))

    assert plan.chunks[-1].extras
    assert plan.chunks[-1].lane is Lane.TASK
