import pytest

from tests import samples
from tests.fakes import FakeLedger, FakeVideos
from tests.signing_keys import KEY
from vod.access.caller import Caller
from vod.access.delivery import Delivery, signed_until
from vod.errors import NotFound, PreconditionFailed
from vod.record.status import Status
from vod.record.view import edition
from vod.steps.library import Library

ANN, BOB, ADMIN = Caller("ann"), Caller("bob"), Caller("root", is_admin=True)


def library(*videos: object) -> Library:
    records = {video.id: video for video in videos}  # type: ignore[attr-defined]
    return Library(FakeVideos(records), FakeLedger(), lambda: Delivery("https://cdn.example"), lambda: samples.NOW)  # type: ignore[arg-type]


def test_a_ready_video_shows_where_to_play_it() -> None:
    record = samples.video(Status.READY, has_poster=True, has_storyboard=True)

    shown = library(record).show(ANN, samples.VIDEO_ID)

    base = f"https://cdn.example/videos/{samples.VIDEO_ID}/{samples.RUN}/"
    assert shown["playback"] == {
        "hls": base + "index.m3u8",
        "dash": base + "index.mpd",
        "poster": base + "poster.jpg",
        "storyboard": base + "storyboard.vtt",
    }
    assert (shown["status"], shown["progress"], shown["error"]) == ("ready", 100, None)


def test_a_private_video_shows_addresses_that_work_by_themselves() -> None:
    record = samples.video(Status.READY, has_poster=True)
    delivery = Delivery("https://cdn.example", KEY)

    shown = Library(FakeVideos({record.id: record}), FakeLedger(), lambda: delivery, lambda: samples.NOW).show(
        ANN, samples.VIDEO_ID
    )

    assert shown["playback"] == delivery.signed(record, signed_until(samples.NOW))


def test_progress_is_what_the_chunks_have_encoded() -> None:
    view = library(samples.video(Status.TRANSCODING, probe={"gridFrames": 200}))
    view.videos.note_chunk(samples.VIDEO_ID, samples.RUN, 0, 50)

    assert view.show(ANN, samples.VIDEO_ID)["progress"] == 25.0
    assert view.show(ANN, samples.VIDEO_ID)["playback"] is None


def test_others_see_neither_the_video_nor_that_it_exists() -> None:
    view = library(samples.video(Status.READY))

    with pytest.raises(NotFound):
        view.show(BOB, samples.VIDEO_ID)
    assert view.list(BOB, None, 10, None)["videos"] == []
    assert len(view.list(ADMIN, None, 10, None)["videos"]) == 1


def test_a_video_being_deleted_is_gone_already() -> None:
    view = library(samples.video(Status.DELETING))

    with pytest.raises(NotFound):
        view.show(ANN, samples.VIDEO_ID)
    assert view.list(ANN, None, 10, None)["videos"] == []


def test_a_change_touches_only_what_it_names() -> None:
    view = library(samples.video(Status.READY, title="Old", tags=("a",)))

    assert view.rename(ANN, samples.VIDEO_ID, "New", None)["tags"] == ["a"]
    changed = view.rename(ANN, samples.VIDEO_ID, None, ())

    assert (changed["title"], changed["tags"]) == ("New", [])


def test_a_change_depends_on_what_was_seen() -> None:
    step = library(samples.video(Status.READY, title="Old", tags=("a",)))
    seen = edition("Old", ("a",))

    assert step.rename(ANN, samples.VIDEO_ID, "New", None, f'"other", {seen}')["title"] == "New"
    with pytest.raises(PreconditionFailed):
        step.rename(ANN, samples.VIDEO_ID, "Newer", None, seen)
    assert step.rename(ANN, samples.VIDEO_ID, "Newest", None, "*")["title"] == "Newest"
