import pytest

from tests import samples
from tests.fakes import FakeExecutions, FakeFinding, FakeLedger, FakeMetrics, FakeReceipts, FakeVideos
from vod import keys
from vod.record.deletion_receipt import Receipt
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.dispatch import Arrival, Dispatch, arrivals

KEY = f"uploads/{samples.VIDEO_ID}/source"


@pytest.fixture
def dispatch() -> Dispatch:
    return dispatch_of(samples.video())


def dispatch_of(*known: Video) -> Dispatch:
    videos = FakeVideos({video.id: video for video in known})
    starting = samples.starting(videos, FakeExecutions(), FakeLedger())
    return Dispatch(videos, FakeReceipts(), FakeFinding(), starting, FakeMetrics(), "ingest", lambda: samples.NOW)


def started(dispatch: Dispatch) -> dict[str, dict[str, object]]:
    assert isinstance(dispatch.starting.executions, FakeExecutions)
    return dispatch.starting.executions.started


def stored(dispatch: Dispatch, video_id: str = samples.VIDEO_ID) -> Video:
    video = dispatch.videos.get(video_id)
    assert video is not None
    return video


def test_an_arrived_source_is_queued_and_starts_one_execution(dispatch: Dispatch) -> None:
    dispatch.dispatch(Arrival("source", KEY, "v1", 1000))

    video = stored(dispatch)
    assert video.status is Status.QUEUED
    assert (video.source.version, video.source.size, video.awaited_until) == ("v1", 1000, None)
    assert list(started(dispatch)) == [f"{samples.VIDEO_ID}-{video.run}"]


def test_the_same_event_three_times_starts_one_execution(dispatch: Dispatch) -> None:
    for _ in range(3):
        dispatch.dispatch(Arrival("source", KEY, "v1", 1000))

    assert len(started(dispatch)) == 1


def test_an_event_after_the_run_began_changes_nothing() -> None:
    ready = dispatch_of(samples.video(Status.READY))

    ready.dispatch(Arrival("source", KEY, "v1", 1000))

    assert stored(ready).status is Status.READY
    assert started(ready) == {}


def test_a_second_version_of_the_source_does_not_start_a_second_run(dispatch: Dispatch) -> None:
    dispatch.dispatch(Arrival("source", KEY, "v1", 1000))
    dispatch.dispatch(Arrival("source", KEY, "v2", 2000))

    assert stored(dispatch).source.version == "v1"
    assert len(started(dispatch)) == 1


def test_an_object_of_no_known_video_starts_nothing(dispatch: Dispatch) -> None:
    dispatch.dispatch(Arrival("source", "uploads/" + "f" * 20 + "/source", "v1", 1))
    dispatch.dispatch(Arrival("source", "elsewhere/x.mp4", "v1", 1))
    dispatch.dispatch(Arrival("source", KEY + "\n", "v1", 1))
    dispatch.dispatch(Arrival("source", "ingest/folder/", "v1", 0))

    assert started(dispatch) == {}


@pytest.mark.parametrize("key", [KEY, "ingest/clip.mp4"])
def test_an_event_that_comes_after_the_video_was_deleted_starts_nothing(key: str) -> None:
    none = dispatch_of()
    for video_id in (samples.VIDEO_ID, keys.ingest_video_id(key, "v1")):
        none.receipts.put(Receipt(video_id, "ann", "2026-01-01T00:00:00.000Z"))

    for _ in range(2):
        none.dispatch(Arrival("source", key, "v1", 1000))

    assert none.videos == FakeVideos()
    assert started(none) == {}


def test_what_is_sent_after_an_upload_was_aborted_starts_nothing() -> None:
    aborted = dispatch_of(samples.video(Status.DELETING))

    aborted.dispatch(Arrival("source", KEY, "v1", 1000))

    assert stored(aborted).status is Status.DELETING
    assert started(aborted) == {}


def test_a_name_under_ingest_keeps_what_joins_its_letters(dispatch: Dispatch) -> None:
    name = "\u0645\u06cc\u200c\u0631\u0648\u0645 \U0001f468\u200d\U0001f469.mp4"

    dispatch.dispatch(Arrival("source", f"ingest/{name}", "v1", 77))

    video = dispatch.videos.get(keys.ingest_video_id(f"ingest/{name}", "v1"))
    assert video and (video.title, video.filename) == (name, name)


def test_an_object_put_under_ingest_becomes_one_video(dispatch: Dispatch) -> None:
    for _ in range(2):
        dispatch.dispatch(Arrival("source", "ingest/2026/My film.mov", "v1", 77))

    (name,) = started(dispatch)
    video = stored(dispatch, name.split("-")[0])
    assert (video.owner, video.title, video.size, video.status) == ("ingest", "My film.mov", 77, Status.QUEUED)


def test_the_name_of_an_object_becomes_a_title_that_can_be_shown(dispatch: Dispatch) -> None:
    dispatch.dispatch(Arrival("source", "ingest/exe.\x1b[31m\n\u202e4pm", "v1", 77))
    dispatch.dispatch(Arrival("source", "ingest/\x00", "v1", 77))

    ids = [name.split("-")[0] for name in started(dispatch)]
    assert [stored(dispatch, i).title for i in ids] == ["exe. [31m 4pm", ids[1]]


def test_a_new_file_under_the_same_ingest_key_is_a_new_video(dispatch: Dispatch) -> None:
    dispatch.dispatch(Arrival("source", "ingest/clip.mp4", "v1", 77))
    dispatch.dispatch(Arrival("source", "ingest/clip.mp4", "v2", 99))

    ids = [name.split("-")[0] for name in started(dispatch)]
    assert [(stored(dispatch, i).source.version, stored(dispatch, i).size) for i in ids] == [("v1", 77), ("v2", 99)]


def test_events_are_read_as_s3_writes_them() -> None:
    entry = {"key": "ingest/My+film%281%29.mov", "size": 5, "versionId": "v9", "eTag": "e"}
    record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "source"}, "object": entry}}
    removed = {"eventName": "ObjectRemoved:Delete", "s3": {"bucket": {"name": "source"}, "object": entry}}

    assert arrivals({"Records": [record, removed]}) == [Arrival("source", "ingest/My film(1).mov", "v9", 5)]
    assert arrivals({"Event": "s3:TestEvent"}) == []
