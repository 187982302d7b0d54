"""What every table of links must do: the one in memory and the one in DynamoDB."""

from dataclasses import replace
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeShares
from tests.integration.conftest import TABLE
from vod.access.share import Share
from vod.aws.shares import DynamoShares
from vod.aws.videos import DynamoVideos
from vod.ports.services import Shares

LINK = Share("ab" * 32, samples.VIDEO_ID, "2026-01-02T00:00:00.000Z", 1767326645)


@pytest.fixture(params=["memory", "dynamodb"])
def shares(request: pytest.FixtureRequest, table: Any) -> Shares:
    return FakeShares() if request.param == "memory" else DynamoShares(table, TABLE)


def test_a_link_comes_back_as_it_was_stored(shares: Shares) -> None:
    for link in (LINK, replace(LINK, is_revoked=True), replace(LINK, sites=("https://a.example",))):
        shares.put(link)

        assert shares.get(LINK.video_id, LINK.id) == link
    assert shares.get(LINK.video_id, "none") is None
    assert shares.get("f" * 20, LINK.id) is None


def test_a_link_of_before_there_were_sites_is_for_all(table: Any) -> None:
    shares = DynamoShares(table, TABLE)
    shares.put(LINK)
    key = {"pk": {"S": f"VIDEO#{LINK.video_id}"}, "sk": {"S": f"SHARE#{LINK.id}"}}
    table.update_item(TableName=TABLE, Key=key, UpdateExpression="REMOVE sites")

    assert shares.get(LINK.video_id, LINK.id) == LINK


def test_links_are_listed_by_video(shares: Shares) -> None:
    others = [replace(LINK, id="cd" * 32), replace(LINK, video_id="f" * 20)]
    for link in (LINK, *others):
        shares.put(link)

    assert set(shares.of(LINK.video_id)) == {LINK, others[0]}


def test_a_link_is_neither_a_video_nor_a_chunk_of_one(table: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    videos.create(samples.video())
    DynamoShares(table, TABLE).put(LINK)

    assert [video.id for video in videos.page("ann", None, 9, None).videos] == [samples.VIDEO_ID]
    assert videos.chunk_frames(samples.VIDEO_ID, samples.RUN) == {}


def test_deleting_a_video_removes_its_links(table: Any) -> None:
    videos, shares = DynamoVideos(table, TABLE), DynamoShares(table, TABLE)
    videos.create(samples.video())
    shares.put(LINK)

    videos.delete(samples.VIDEO_ID)

    assert shares.of(samples.VIDEO_ID) == ()
