import pytest

from tests import samples
from tests.fakes import FakeExternalIds, FakeFinding, FakeLedger, FakeVideos
from tests.signing_keys import KEY
from vod.access.caller import Caller
from vod.access.delivery import Delivery, signed_until
from vod.errors import NotFound, PreconditionFailed
from vod.record.status import Status
from vod.record.view import edition
from vod.steps.library import Change, Library
from vod.steps.search import Query

ANN, BOB, ADMIN = Caller("ann"), Caller("bob"), Caller("root", is_admin=True)


def library(*videos: object) -> Library:
    records = {video.id: video for video in videos}  # type: ignore[attr-defined]
    return Library(
        FakeVideos(records),
        FakeFinding(),
        FakeExternalIds(),
        FakeLedger(),
        lambda: Delivery("https://cdn.example"),
        lambda: samples.NOW,
    )  # type: ignore[arg-type]


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

    shown = Library(
        FakeVideos({record.id: record}),
        FakeFinding(),
        FakeExternalIds(),
        FakeLedger(),
        lambda: delivery,
        lambda: samples.NOW,
    ).show(ANN, samples.VIDEO_ID)

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
    assert view.list(BOB, Query(), 10, None)["videos"] == []
    assert len(view.list(ADMIN, Query(), 10, None)["videos"]) == 1


def test_a_video_being_deleted_is_gone_already() -> None:
    view = library(samples.video(Status.DELETING))

    with pytest.raises(NotFound):
        view.show(ANN, samples.VIDEO_ID)
    assert view.list(ANN, Query(), 10, None)["videos"] == []


def test_a_change_touches_only_what_it_names() -> None:
    view = library(samples.video(Status.READY, title="Old", tags=("a",)))

    assert view.change(ANN, samples.VIDEO_ID, Change("New"))["tags"] == ["a"]
    changed = view.change(ANN, samples.VIDEO_ID, Change(tags=()))

    assert (changed["title"], changed["tags"]) == ("New", [])


def test_a_change_depends_on_what_was_seen() -> None:
    step = library(samples.video(Status.READY, title="Old", tags=("a",)))
    seen = edition(step.show(ANN, samples.VIDEO_ID))

    assert step.change(ANN, samples.VIDEO_ID, Change("New"), f'"other", {seen}')["title"] == "New"
    with pytest.raises(PreconditionFailed):
        step.change(ANN, samples.VIDEO_ID, Change("Newer"), seen)
    assert step.change(ANN, samples.VIDEO_ID, Change("Newest"), "*")["title"] == "Newest"


def test_a_customer_s_id_moves_with_a_change_and_is_free_afterwards() -> None:
    step = library(samples.video(Status.READY, external_id="o-1"))
    step.external.claim("ann", "o-1", samples.VIDEO_ID)

    assert step.change(ANN, samples.VIDEO_ID, Change(external_id="o-2"))["externalId"] == "o-2"
    assert (step.external.holder("ann", "o-1"), step.external.holder("ann", "o-2")) == (None, samples.VIDEO_ID)
    assert step.change(ANN, samples.VIDEO_ID, Change(metadata={"a": "b"}))["metadata"] == {"a": "b"}
    assert step.change(ANN, samples.VIDEO_ID, Change(external_id=""))["externalId"] is None
    assert step.external.holder("ann", "o-2") is None


def test_what_is_changed_is_found_by_what_it_is_now() -> None:
    step = library(samples.video(Status.READY, title="Old", filename="x.mp4"))

    step.change(ANN, samples.VIDEO_ID, Change("New", ("a",)))

    def found(query: Query) -> int:
        return len(step.list(ANN, query, 10, None)["videos"])

    assert [found(Query("new")), found(Query("old")), found(Query(tags=("a",)))] == [1, 0, 1]
