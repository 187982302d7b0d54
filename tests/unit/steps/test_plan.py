import json
from dataclasses import replace

from tests import samples
from tests.fakes import FakeOutput, FakeRunTokens, FakeVideos
from vod.frozen import Document
from vod.plan.chunks import ChunkPolicy, FunctionLane
from vod.plan.plan import Plan, SourceObject
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.credentials import digest
from vod.steps.plan import Planning

SOURCE = SourceObject(bucket="source", key=f"uploads/{samples.VIDEO_ID}/source", version="v1", size=1000)


def planning(video: Video | None) -> Planning:
    videos = FakeVideos({video.id: video} if video else {})
    return Planning(videos, FakeOutput(), samples.admission(videos), FakeRunTokens(), now=lambda: samples.NOW)


def run(step: Planning) -> Document:
    return step.plan(samples.VIDEO_ID, samples.RUN, SOURCE, samples.probe())


def test_the_plan_is_stored_and_transcoding_begins() -> None:
    step = planning(samples.video(Status.QUEUED))

    answer = run(step)

    assert answer["outcome"] == "planned"
    assert Plan.model_validate_json(step.output.get(answer["planKey"])) == samples.plan()
    assert answer["chunks"] == [
        {"index": "0", "lane": "task", "grows": False, "mayFail": False, "cpu": "2048", "memory": "4096", "disk": 21}
    ]
    video = step.videos.get(samples.VIDEO_ID)
    assert video is not None
    assert video.status is Status.TRANSCODING


def test_the_extras_are_the_first_task() -> None:
    step = planning(samples.video(Status.QUEUED))

    answer = step.plan(samples.VIDEO_ID, samples.RUN, SOURCE, samples.probe(seconds=4000.0))

    indexes = [chunk["index"] for chunk in answer["chunks"]]
    assert indexes == [str(len(indexes) - 1), *map(str, range(len(indexes) - 1))]
    assert len(indexes) > 2


def test_planning_twice_is_harmless() -> None:
    step = planning(samples.video(Status.QUEUED))

    first, again = run(step), run(step)

    assert first | {"token": ""} == again | {"token": ""}


def test_every_token_that_was_answered_for_a_run_is_accepted_and_none_is_stored() -> None:
    step = planning(samples.video(Status.QUEUED))

    tokens = {run(step)["token"], run(step)["token"]}

    accepted = step.tokens.accepted(samples.VIDEO_ID, samples.RUN)
    assert accepted == {digest(token) for token in tokens}
    assert len(accepted) == 2
    assert not tokens & accepted


def test_a_video_that_is_gone_or_over_is_not_planned() -> None:
    for video in (None, samples.video(Status.CANCELLED), samples.video(Status.QUEUED, run="another")):
        assert run(planning(video)) == {"outcome": "unwanted"}


def test_progress_of_sound_is_counted_in_seconds() -> None:
    step = planning(samples.video(Status.QUEUED))

    step.plan(samples.VIDEO_ID, samples.RUN, SOURCE, samples.sound_probe(seconds=90.4))

    video = step.videos.get(samples.VIDEO_ID)
    assert video is not None
    assert video.probe is not None
    assert (video.probe["gridFrames"], video.probe["video"]) == (90, None)


def test_an_execution_of_the_release_before_gets_no_functions_and_a_plan_that_its_image_reads() -> None:
    step = replace(
        planning(samples.video(Status.QUEUED)), policy=ChunkPolicy(functions=FunctionLane(whole_seconds=900))
    )

    answer = run(step)

    assert [each["lane"] for each in answer["chunks"]] == ["task"]
    stored = json.loads(step.output.get(answer["planKey"]))
    assert not {"head", "function_memory"} & stored.keys()
    assert not {"lane", "heard_segments"} & stored["chunks"][0].keys()
