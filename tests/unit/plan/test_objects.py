from tests import samples
from vod.plan.objects import stored_keys

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
