from dataclasses import replace

import pytest

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeOutput, FakeVideos
from vod.encoder.report import ChunkReport, Refusal
from vod.frozen import Document
from vod.plan.chunks import Lane
from vod.plan.plan import Plan
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.publish import Publishing

PLAN = samples.plan()
BASE = f"videos/{samples.VIDEO_ID}/{samples.RUN}/"


def publishing(report: ChunkReport | None, status: Status = Status.TRANSCODING, plan: Plan = PLAN) -> Publishing:
    output = FakeOutput()
    jobs = f"jobs/{samples.VIDEO_ID}/{samples.RUN}/"
    output.put(jobs + "plan.json", plan.model_dump_json().encode())
    if report:
        output.put(jobs + "report-00000.json", report.model_dump_json().encode())
        for key, size in samples.stored(PLAN, report).items():
            output.put(key, bytes(size))
    videos = FakeVideos({samples.VIDEO_ID: samples.video(status)})
    return Publishing(videos, output, FakeEvents(), FakeMetrics(), now=lambda: samples.NOW)


def run(step: Publishing) -> Document:
    return step.publish(samples.VIDEO_ID, samples.RUN)


def stored(step: Publishing) -> Video:
    video = step.videos.get(samples.VIDEO_ID)
    assert video is not None
    return video


def published(step: Publishing) -> list[str]:
    assert isinstance(step.events, FakeEvents)
    return [event for event, _ in step.events.published]


def test_a_verified_run_is_published_and_announced() -> None:
    step = publishing(samples.report(PLAN))

    assert run(step) == {"outcome": "published"}

    video = stored(step)
    assert video.status is Status.READY
    assert [rendition["name"] for rendition in video.renditions] == ["v720", "v540", "v360", "v240"]
    assert video.renditions[0]["frames"] == 250
    assert {BASE + "index.m3u8", BASE + "index.mpd", BASE + "v720/index.m3u8", BASE + "a0/index.m3u8"} <= set(
        step.output.sizes(BASE)
    )
    assert video.has_storyboard
    assert "storyboard/00000.jpg#xywh=0,0," in step.output.get(BASE + "storyboard.vtt").decode()
    assert published(step) == ["VideoReady"]


def test_a_repeated_publish_announces_again_under_the_same_id() -> None:
    step = publishing(samples.report(PLAN))

    assert run(step) == run(step) == {"outcome": "published"}

    assert isinstance(step.events, FakeEvents)
    assert len(step.events.published) == 2
    assert len({told["id"] for _, told in step.events.published}) == 1


def test_what_tasks_had_to_encode_for_functions_is_measured_and_not_paid_as_a_function() -> None:
    (chunk,) = PLAN.chunks
    in_functions = {"chunks": (chunk.model_copy(update={"lane": Lane.FUNCTION}),), "function_memory": 3008}
    plan = PLAN.model_copy(update=in_functions)
    report = samples.report(plan).model_copy(update={"encode_seconds": 60.0})
    by_function, by_task = (
        publishing(report.model_copy(update={"by_function": does}), plan=plan) for does in (True, False)
    )

    assert run(by_function) == run(by_task) == {"outcome": "published"}

    shares = [
        step.metrics.of("PiecesByTasks") for step in (by_function, by_task) if isinstance(step.metrics, FakeMetrics)
    ]
    assert shares == [[0], [1]]
    dearer, cheaper = stored(by_function).costs, stored(by_task).costs
    assert dearer
    assert cheaper
    assert dearer.requests > cheaper.requests


def test_where_no_function_was_asked_none_is_measured() -> None:
    step = publishing(samples.report(PLAN))
    run(step)

    assert isinstance(step.metrics, FakeMetrics)
    assert step.metrics.of("PiecesByTasks") == []


def test_a_title_changed_during_publishing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    step = publishing(samples.report(PLAN))
    sizes = step.output.sizes

    def rename_meanwhile(prefix: str) -> object:
        step.videos.save(replace(stored(step), title="New"))
        return sizes(prefix)

    monkeypatch.setattr(step.output, "sizes", rename_meanwhile)

    assert run(step) == {"outcome": "published"}
    assert (stored(step).title, stored(step).status) == ("New", Status.READY)


def test_a_run_without_report_is_refused_and_not_published() -> None:
    step = publishing(None)

    answer = run(step)

    assert answer["outcome"] == "refused"
    assert answer["error"]["code"] == "report_missing"
    assert stored(step).status is Status.TRANSCODING


@pytest.mark.parametrize("key", [BASE + "v720/00001.m4s", BASE + "a0/init.mp4"])
def test_a_missing_segment_keeps_the_video_from_being_ready(key: str) -> None:
    step = publishing(samples.report(PLAN))
    step.output.delete_all(key)

    assert run(step)["error"]["code"] == "object_missing"
    assert BASE + "index.m3u8" not in step.output.sizes(BASE)


def test_the_encoders_own_refusal_is_passed_on() -> None:
    refusal = Refusal(code="encode_failed", message="FFmpeg exit 1")
    step = publishing(ChunkReport(chunk=0, outcome="refused", refusal=refusal))

    assert run(step) == {"outcome": "refused", "error": refusal.model_dump()}


def test_a_cancelled_or_deleted_video_is_left_alone() -> None:
    assert run(publishing(ChunkReport(chunk=0, outcome="cancelled"))) == {"outcome": "unwanted"}
    assert run(publishing(samples.report(PLAN), Status.DELETING)) == {"outcome": "unwanted"}
