"""What every table of video records must do: the one in memory and the one in DynamoDB."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeVideos
from tests.integration.conftest import TABLE
from vod.aws.videos import DynamoVideos
from vod.errors import InvalidRequest, VersionConflict
from vod.ports.services import Videos
from vod.record.changes import Published, ready
from vod.record.status import Status
from vod.record.video import Failure, Remake, Replaced, Upload, Video


@pytest.fixture(params=["memory", "dynamodb"])
def videos(request: pytest.FixtureRequest, table: Any) -> Videos:
    return FakeVideos() if request.param == "memory" else DynamoVideos(table, TABLE)


def rich(**changes: object) -> Video:
    video = samples.video(Status.TRANSCODING, tags=("a", "ü"), probe={"duration": 10.5, "audio": [{"index": 1}]})
    done = ready(
        video, Published(({"name": "v720", "bitrate": 5},), 10.0, True, False, ("short",)), "2026-01-02T00:00:01.000Z"
    )
    return replace(done, **changes)  # type: ignore[arg-type]


def test_a_record_comes_back_as_it_was_stored(videos: Videos) -> None:
    for number, video in enumerate(
        (
            rich(),
            rich(
                remake=Remake("1" * 12, "v720", "2026-01-02T00:00:01.000Z"),
                remake_failed=Remake("2" * 12, "v540", "2026-01-02T00:00:01.000Z", failure=Failure("internal", "Why.")),
                replaced=(Replaced("v540", "2026-01-02T00:00:01.000Z"),),
                plan_run="2" * 12,
            ),
            samples.video(upload=Upload("id", 8), failure=Failure("c", "m"), awaited_until=9),
        )
    ):
        stored = replace(video, id=f"{number:020d}")

        assert videos.create(stored)
        assert videos.get(stored.id) == stored


def test_a_record_is_created_once(videos: Videos) -> None:
    assert videos.create(rich())
    assert not videos.create(rich(title="other"))
    assert videos.get("f" * 20) is None


def test_a_change_based_on_an_old_reading_is_refused(videos: Videos) -> None:
    videos.create(rich())
    mine, yours = videos.get(samples.VIDEO_ID), videos.get(samples.VIDEO_ID)
    assert mine and yours
    saved = videos.save(replace(mine, title="mine"))

    with pytest.raises(VersionConflict):
        videos.save(replace(yours, title="yours"))

    assert videos.get(samples.VIDEO_ID) == saved
    assert videos.save(replace(saved, title="again")).title == "again"


def test_a_deleted_record_cannot_be_saved_back_to_life(videos: Videos) -> None:
    videos.create(rich())
    videos.note_chunk(samples.VIDEO_ID, samples.RUN, 0, 5)

    videos.delete(samples.VIDEO_ID)

    assert videos.get(samples.VIDEO_ID) is None
    with pytest.raises(VersionConflict):
        videos.save(rich())


def fill(videos: Videos) -> None:
    for number in range(7):
        owner, status = ("ann", Status.READY) if number % 2 == 0 else ("bob", Status.FAILED)
        videos.create(
            rich(id=f"{number:020d}", owner=owner, status=status, created_at=f"2026-01-02T00:00:0{number}.000Z")
        )


def ids(videos: Videos, owner: str | None, status: Status | None, limit: int) -> list[list[int]]:
    pages, cursor = [], None
    while True:
        page = videos.page(owner, status, limit, cursor)
        pages.append([int(video.id) for video in page.videos])
        cursor = page.cursor
        if not cursor:
            return [numbers for numbers in pages if numbers]


@pytest.mark.parametrize(
    ("owner", "status", "limit", "expected"),
    [
        ("ann", None, 10, [[6, 4, 2, 0]]),
        ("ann", None, 3, [[6, 4, 2], [0]]),
        (None, None, 4, [[6, 5, 4, 3], [2, 1, 0]]),
        (None, Status.FAILED, 2, [[5, 3], [1]]),
        ("ann", Status.FAILED, 2, []),
    ],
)
def test_pages_are_newest_first_and_complete(
    videos: Videos, owner: str | None, status: Status | None, limit: int, expected: list[list[int]]
) -> None:
    fill(videos)

    assert ids(videos, owner, status, limit) == expected


def test_progress_is_kept_by_chunk_and_run(videos: Videos) -> None:
    videos.note_chunk(samples.VIDEO_ID, samples.RUN, 0, 5)
    videos.note_chunk(samples.VIDEO_ID, samples.RUN, 0, 8)
    videos.note_chunk(samples.VIDEO_ID, samples.RUN, 0, 6)  # a task goes on where a killed one was further
    videos.note_chunk(samples.VIDEO_ID, samples.RUN, 12, 3)
    videos.note_chunk(samples.VIDEO_ID, "another", 0, 99)

    assert dict(videos.chunk_frames(samples.VIDEO_ID, samples.RUN)) == {0: 8, 12: 3}


def cursor_of(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


OTHERS = {name: {"S": "x"} for name in ("pk", "sk", "owner", "createdAt")}
PLACE = f"2026-01-02T00:00:00.000Z {samples.VIDEO_ID}"


def sealed(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "\xe9",
        *(cursor_of(key) for key in ({}, None, [1], {"x": {"S": "y"}}, {"pk": {"S": 5}}, OTHERS)),
        *(sealed(place) for place in (PLACE + "0", PLACE + "\n", f"{PLACE} bob", PLACE.upper(), PLACE[:24], " ")),
        sealed(PLACE) + "=",
    ],
)
def test_a_made_up_cursor_is_refused(table: Any, cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        DynamoVideos(table, TABLE).page("ann", None, 5, cursor)


def test_a_cursor_names_no_owner_and_whoever_sends_it_sees_their_own_videos(table: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    fill(videos)
    others = videos.page("bob", None, 1, None).cursor or ""

    page = videos.page("ann", None, 10, others)

    assert base64.urlsafe_b64decode(others).decode() == f"2026-01-02T00:00:05.000Z {5:020d}"
    assert [(video.owner, int(video.id)) for video in page.videos] == [("ann", 4), ("ann", 2), ("ann", 0)]


def test_a_rare_status_is_found_however_many_others_are_in_between(table: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    fill(videos)
    for number in range(100, 330):
        videos.create(rich(id=f"{number:020d}", owner="ann", created_at=f"2026-01-03T00:00:00.{number:03d}Z"))
    videos.create(rich(id=f"{999:020d}", owner="ann", status=Status.FAILED, created_at="2026-01-01T00:00:00.000Z"))

    assert ids(videos, "ann", Status.FAILED, 2) == [[999]]


def test_what_is_pending_is_found_by_when_it_last_changed(videos: Videos) -> None:
    for number, status in enumerate(Status):
        for minute in (number, 50):
            made = samples.video(
                status, id=f"{status.value:_<18}{minute:02d}", updated_at=f"2026-01-02T00:{minute:02d}:00.000Z"
            )
            videos.create(made)
    before = "2026-01-02T00:30:00.000Z"

    assert [video.status for video in videos.pending("", before)] == [status for status in Status if status.is_pending]
    videos.create(rich(id="e" * 20, remake=Remake("1" * 12, "v720", "2026-01-02T00:00:01.000Z")))
    assert "e" * 20 in [video.id for video in videos.pending("", "2026-01-03")], "a rendition is being made anew"

    assert [video.status for video in videos.pending("2026-01-02T00:04:00.000Z", before)] == [Status.DELETING]

    queued = videos.get(f"{'queued':_<18}01")
    assert queued
    videos.save(replace(queued, status=Status.FAILED))
    assert Status.QUEUED not in [video.status for video in videos.pending("", before)]
