from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import (
    FakeCreations,
    FakeExternalIds,
    FakeFinding,
    FakeLedger,
    FakeReceipts,
    FakeSources,
    FakeVideos,
)
from vod import clock
from vod.access.caller import Caller
from vod.errors import Conflict, DailyLimitReached, InvalidRequest, KeyReused, NotFound, RequestError, TooLarge
from vod.ports.buckets import Part
from vod.record.deletion_receipt import Receipt
from vod.record.status import Status
from vod.steps.parts import MIB
from vod.steps.upload import NewVideo, Uploads
from vod.steps.upload_limits import UploadLimits

ANN, BOB = Caller("ann"), Caller("bob")
LIMITS = UploadLimits(max_bytes=1000 * MIB, single_put_bytes=64 * MIB, direct_bytes=5 * MIB, expiry=timedelta(hours=24))


@pytest.fixture
def uploads() -> Uploads:
    return Uploads(
        FakeVideos(),
        FakeSources(),
        FakeLedger(),
        FakeCreations(),
        FakeExternalIds(),
        FakeFinding(),
        FakeReceipts(),
        LIMITS,
        samples.PRICE,
        lambda: samples.NOW,
    )


def multipart(uploads: Uploads, size: int = 100 * MIB) -> str:
    return uploads.create(ANN, NewVideo("film.mov", size))[0].id


def arrive(uploads: Uploads, video_id: str, *numbers: int) -> None:
    assert isinstance(uploads.sources, FakeSources)
    for number in numbers:
        uploads.sources.arrive(f"uploads/{video_id}/source", number, 8 * MIB if number < 13 else 4 * MIB)


def tags(*numbers: int) -> dict[int, str]:
    return {number: f'"tag{number}"' for number in numbers}


def stamp(hours: int) -> str:
    return clock.stamp(samples.NOW + timedelta(hours=hours))


def test_a_small_video_gets_one_presigned_put(uploads: Uploads) -> None:
    video, upload = uploads.create(ANN, NewVideo("clip.mp4", 1000, "video/mp4"))

    assert upload["method"] == "PUT"
    assert upload["url"].endswith("size=1000")
    assert upload["headers"] == {"If-None-Match": "*", "Content-Type": "video/mp4"}
    assert uploads.videos.get(video.id) == video
    assert video.status is Status.AWAITING_UPLOAD
    assert (upload["expiresAt"], upload["finishBy"]) == (stamp(hours=1), stamp(hours=24))


def test_a_large_video_is_uploaded_in_parts(uploads: Uploads) -> None:
    _, upload = uploads.create(ANN, NewVideo("film.mov", 100 * MIB))

    assert upload["partSize"] == 8 * MIB
    assert (upload["expiresAt"], upload["finishBy"]) == (stamp(hours=1), stamp(hours=24))
    assert [part["partNumber"] for part in upload["parts"]] == list(range(1, 14))


def test_what_is_above_the_limit_is_refused_and_leaves_no_record(uploads: Uploads) -> None:
    with pytest.raises(TooLarge, match="1000 MiB"):
        uploads.create(ANN, NewVideo("huge.mov", 1001 * MIB))

    assert uploads.videos.page(None, None, 10, None).videos == ()


def test_a_resumed_upload_lists_what_arrived_and_where_the_rest_goes(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    arrive(uploads, video_id, 1, 3)

    _, upload = uploads.remaining(ANN, video_id)

    assert [part["partNumber"] for part in upload["arrived"]] == [1, 3]
    assert [part["partNumber"] for part in upload["parts"]] == [2, *range(4, 14)]


def test_all_parts_make_the_source(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    arrive(uploads, video_id, *range(1, 14))

    uploads.complete(ANN, video_id, tags(*range(1, 14)))

    assert isinstance(uploads.sources, FakeSources)
    assert len(uploads.sources.objects[f"uploads/{video_id}/source"]) == 100 * MIB


@pytest.mark.parametrize(
    ("arrived", "named", "code"),
    [([1, 2], [1, 2, 3], "wrong_parts"), ([1, 2], [1, 2], "size_mismatch"), (list(range(1, 14)), [1], "size_mismatch")],
)
def test_missing_parts_are_named_and_nothing_is_lost(
    uploads: Uploads, arrived: list[int], named: list[int], code: str
) -> None:
    video_id = multipart(uploads)
    arrive(uploads, video_id, *arrived)

    with pytest.raises(Conflict) as conflict:
        uploads.complete(ANN, video_id, tags(*named))

    assert conflict.value.code == code
    assert len(uploads.remaining(ANN, video_id)[1]["arrived"]) == len(arrived)


def test_an_aborted_upload_is_being_deleted_and_its_parts_are_gone(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    arrive(uploads, video_id, 1)

    uploads.abort(ANN, video_id)

    video = uploads.videos.get(video_id)
    assert video is not None
    assert video.status is Status.DELETING
    assert uploads.sources.multiparts == {}  # type: ignore[attr-defined]
    for call in (uploads.remaining, uploads.abort):
        with pytest.raises(NotFound):
            call(ANN, video_id)
    with pytest.raises(NotFound):
        uploads.complete(ANN, video_id, tags(1))


def test_another_owners_upload_does_not_exist(uploads: Uploads) -> None:
    video_id = multipart(uploads)

    for call in (uploads.remaining, uploads.abort):
        with pytest.raises(NotFound):
            call(BOB, video_id)


def test_a_body_is_stored_at_once(uploads: Uploads) -> None:
    video = uploads.store(ANN, NewVideo("clip.mp4", 4), b"mp4!")

    assert isinstance(uploads.sources, FakeSources)
    assert uploads.sources.objects[video.source.key] == b"mp4!"


def test_a_large_body_is_told_to_ask_for_an_address(uploads: Uploads) -> None:
    with pytest.raises(TooLarge, match="POST /videos with JSON"):
        uploads.store(ANN, NewVideo("clip.mp4", 5 * MIB + 1), b"")

    with pytest.raises(InvalidRequest):
        uploads.store(ANN, NewVideo("clip.mp4", 0), b"")


def test_completing_again_after_a_lost_answer_is_fine(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    arrive(uploads, video_id, *range(1, 14))
    uploads.complete(ANN, video_id, tags(*range(1, 14)))

    assert uploads.complete(ANN, video_id, tags(*range(1, 14))).id == video_id


@dataclass
class Joining(FakeSources):
    """Another call joins the parts, and does so in the moment in which this one is refused."""

    refusal: RequestError = field(default_factory=lambda: Conflict("busy", ""))
    has_joined: bool = True

    def complete_parts(self, key: str, upload_id: str, parts: Iterable[Part]) -> None:
        if self.has_joined:
            super().complete_parts(key, upload_id, parts)
        raise self.refusal


@pytest.mark.parametrize("refusal", [Conflict("busy", ""), Conflict("wrong_parts", ""), NotFound("upload")], ids=str)
def test_what_another_call_has_joined_meanwhile_is_complete(uploads: Uploads, refusal: RequestError) -> None:
    uploads = replace(uploads, sources=Joining(refusal=refusal))
    video_id = multipart(uploads)
    arrive(uploads, video_id, *range(1, 14))

    assert uploads.complete(ANN, video_id, tags(*range(1, 14))).id == video_id


def test_who_completes_while_another_call_joins_the_parts_is_told_to_ask_again(uploads: Uploads) -> None:
    uploads = replace(uploads, sources=Joining(has_joined=False))
    video_id = multipart(uploads)
    arrive(uploads, video_id, *range(1, 14))

    with pytest.raises(Conflict) as conflict:
        uploads.complete(ANN, video_id, tags(*range(1, 14)))

    assert conflict.value.code == "busy"


def test_an_upload_whose_parts_are_joined_has_ended_before_any_event_comes(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    arrive(uploads, video_id, *range(1, 14))
    uploads.complete(ANN, video_id, tags(*range(1, 14)))

    with pytest.raises(Conflict, match="wrong_status"):
        uploads.remaining(ANN, video_id)


def test_the_largest_upload_still_fits_lambdas_answer(uploads: Uploads) -> None:
    huge = replace(uploads, limits=replace(LIMITS, max_bytes=5000 * 1024 * MIB))
    _, upload = huge.create(ANN, NewVideo("film.mov", 5000 * 1024 * MIB))

    assert len(upload["parts"]) * 2400 < 5 * 10**6
    assert upload["partSize"] <= 5 * 1024 * MIB


@pytest.mark.parametrize("size", [5, 100 * MIB])
def test_an_address_never_outlives_what_was_promised_for_the_upload(uploads: Uploads, size: int) -> None:
    asked: list[int] = []

    class Sources(FakeSources):
        def put_url(self, key: str, size: int, content_type: str | None, seconds: int) -> tuple[str, dict[str, str]]:
            asked.append(seconds)
            return super().put_url(key, size, content_type, seconds)

        def part_urls(self, key: str, upload_id: str, sizes: Mapping[int, int], seconds: int) -> dict[int, str]:
            asked.append(seconds)
            return super().part_urls(key, upload_id, sizes, seconds)

    shortest = replace(LIMITS, expiry=timedelta(hours=1))
    short = replace(uploads, sources=Sources(), limits=shortest)
    _, upload = short.create(ANN, NewVideo("a.mp4", size))

    assert asked == [3600]
    assert upload["expiresAt"] == upload["finishBy"] == stamp(hours=1)


def test_what_is_sent_in_time_and_arrives_late_still_finds_its_record(uploads: Uploads) -> None:
    for video, upload in (uploads.create(ANN, NewVideo("a.mp4", size)) for size in (5, 100 * MIB)):
        gone = clock.stamp(datetime.fromtimestamp(video.awaited_until or 0, UTC))

        assert gone == clock.stamp(clock.parse(upload["finishBy"]) + timedelta(days=1))


def test_asking_how_to_go_on_gives_the_whole_time_again(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    later = replace(uploads, now=lambda: samples.NOW + timedelta(hours=20))

    video, upload = later.remaining(ANN, video_id)

    assert (upload["expiresAt"], upload["finishBy"]) == (stamp(hours=21), stamp(hours=44))
    assert video.awaited_until == int((samples.NOW + timedelta(hours=68)).timestamp())


def test_no_more_time_is_promised_than_the_bucket_keeps_the_parts(uploads: Uploads) -> None:
    video_id = multipart(uploads)
    late = replace(uploads, now=lambda: samples.NOW + timedelta(days=7.5))

    _, upload = late.remaining(ANN, video_id)

    assert upload["finishBy"] == stamp(hours=8 * 24)


def test_an_owner_uploads_so_much_a_day_and_others_are_not_held_up(uploads: Uploads) -> None:
    limited = replace(uploads, limits=replace(LIMITS, owner_bytes=100 * MIB))
    limited.create(ANN, NewVideo("a.mov", 60 * MIB))

    with pytest.raises(DailyLimitReached) as refused:
        limited.create(ANN, NewVideo("b.mov", 41 * MIB))
    with pytest.raises(DailyLimitReached):
        limited.create(ANN, NewVideo("c.mov", 90 * MIB))

    assert "at most 0.0976562 GiB a day" in refused.value.message
    assert "resets at 2026-01-03 00:00 UTC" in refused.value.message
    limited.create(ANN, NewVideo("d.mov", 40 * MIB))
    limited.create(BOB, NewVideo("e.mov", 100 * MIB))
    tomorrow = replace(limited, now=lambda: samples.NOW + timedelta(days=1))
    tomorrow.create(ANN, NewVideo("f.mov", 100 * MIB))


def test_what_is_sent_with_the_request_counts_too_and_what_is_refused_does_not(uploads: Uploads) -> None:
    limited = replace(uploads, limits=replace(LIMITS, owner_bytes=5))
    with pytest.raises(InvalidRequest):
        limited.create(ANN, NewVideo("a.mov", 5, profile="none"))

    limited.store(ANN, NewVideo("b.mov", 3), b"abc")

    with pytest.raises(DailyLimitReached):
        limited.store(ANN, NewVideo("c.mov", 3), b"abc")


@pytest.mark.parametrize("size", [5, 100 * MIB], ids=["one PUT", "parts"])
def test_the_same_request_under_the_same_key_creates_one_video(uploads: Uploads, size: int) -> None:
    new = NewVideo("a.mp4", size)

    first, _ = uploads.create(ANN, new, "k")
    again, way = uploads.create(ANN, new, "k")

    assert (first.id, len(uploads.videos.records)) == (again.id, 1)  # type: ignore[attr-defined]
    assert "url" in way or len(way["parts"]) == 13


def test_what_has_arrived_is_not_asked_for_again(uploads: Uploads) -> None:
    new = NewVideo("a.mp4", 5)
    first = uploads.store(ANN, new, b"video", "k")

    assert uploads.store(ANN, new, b"video", "k").id == first.id
    with pytest.raises(KeyReused):
        uploads.store(ANN, new, b"other", "k")


def test_a_key_is_one_owners_and_names_one_request(uploads: Uploads) -> None:
    first, _ = uploads.create(ANN, NewVideo("a.mp4", 5), "k")
    others, _ = uploads.create(BOB, NewVideo("a.mp4", 5), "k")

    assert others.id != first.id
    with pytest.raises(KeyReused):
        uploads.create(ANN, NewVideo("a.mp4", 6), "k")


def test_whoever_dies_behind_the_key_is_followed_by_one_with_the_same_id(uploads: Uploads) -> None:
    new = NewVideo("a.mp4", 100 * MIB)
    first, _ = uploads.create(ANN, new, "k")
    uploads.videos.records.clear()  # type: ignore[attr-defined]

    again, way = uploads.create(ANN, new, "k")

    assert (again.id, len(way["parts"])) == (first.id, 13)


def test_of_two_at_once_the_slower_gives_its_parts_up(uploads: Uploads) -> None:
    aborted: list[str] = []

    class Sources(FakeSources):
        def begin_parts(self, key: str, content_type: str | None) -> str:
            return "of the slower"

        def abort_parts(self, key: str, upload_id: str) -> None:
            aborted.append(upload_id)

    new = NewVideo("a.mp4", 100 * MIB)
    first, _ = uploads.create(ANN, new, "k")
    begun = uploads.sources.multiparts  # type: ignore[attr-defined]
    slower = replace(uploads, videos=_Late(uploads.videos), sources=Sources(multiparts=begun))  # type: ignore[arg-type]

    again, way = slower.create(ANN, new, "k")

    assert (again.id, again.upload, len(way["parts"]), aborted) == (first.id, first.upload, 13, ["of the slower"])


def test_a_key_whose_video_is_deleted_creates_no_other(uploads: Uploads) -> None:
    new = NewVideo("a.mp4", 5)
    first, _ = uploads.create(ANN, new, "k")
    uploads.videos.delete(first.id)
    uploads.receipts.put(Receipt(first.id, "ann", "2026-01-01T00:00:00.000Z"))

    with pytest.raises(Conflict, match="deleted"):
        uploads.create(ANN, new, "k")


class _Late:
    """Records of which the first look sees nothing."""

    def __init__(self, videos: Any) -> None:
        self._videos, self._looked = videos, False

    def get(self, video_id: str) -> Any:
        looked, self._looked = self._looked, True
        return self._videos.get(video_id) if looked else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._videos, name)
