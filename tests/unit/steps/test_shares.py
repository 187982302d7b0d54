from datetime import timedelta

import pytest

from tests import samples
from tests.fakes import FakeShares, FakeVideos
from vod.access import share
from vod.access.caller import Caller
from vod.errors import Conflict, NotFound
from vod.record.status import Status
from vod.steps import shares
from vod.steps.shares import Sharing

ANN, BOB = Caller("ann"), Caller("bob")


@pytest.fixture
def sharing() -> Sharing:
    videos = FakeVideos({samples.VIDEO_ID: samples.video(Status.READY)})
    return Sharing(videos, FakeShares(), lambda: "https://cdn.example", lambda: samples.NOW)


def test_a_link_shows_its_token_once_and_only_its_hash_is_stored(sharing: Sharing) -> None:
    made = sharing.create(ANN, samples.VIDEO_ID, 2)

    token = made["url"].removeprefix("https://cdn.example/share/")
    assert made["id"] == share.id_of(token)
    assert made["expiresAt"] == "2026-01-02T05:04:05.000Z"
    assert token not in repr(sharing.shares)
    assert sharing.list(ANN, samples.VIDEO_ID) == [
        {name: made[name] for name in ("id", "createdAt", "expiresAt", "sites")}
    ]


def test_a_link_may_be_for_some_sites(sharing: Sharing) -> None:
    made = sharing.create(ANN, samples.VIDEO_ID, 2, ("https://a.example",))

    assert made["sites"] == ["https://a.example"]
    assert sharing.list(ANN, samples.VIDEO_ID)[0]["sites"] == ["https://a.example"]


def test_a_revoked_link_is_listed_no_more_and_revoking_again_is_fine(sharing: Sharing) -> None:
    made = sharing.create(ANN, samples.VIDEO_ID, 2)
    for _ in range(2):
        sharing.revoke(ANN, samples.VIDEO_ID, made["id"])

    assert sharing.list(ANN, samples.VIDEO_ID) == []


def test_an_expired_link_is_listed_no_more(sharing: Sharing) -> None:
    sharing.create(ANN, samples.VIDEO_ID, 2)
    later = Sharing(sharing.videos, sharing.shares, "", lambda: samples.NOW + timedelta(hours=2))

    assert later.list(ANN, samples.VIDEO_ID) == []


def test_others_can_neither_share_nor_list_nor_revoke(sharing: Sharing) -> None:
    made = sharing.create(ANN, samples.VIDEO_ID, 2)

    for attempt in (
        lambda: sharing.create(BOB, samples.VIDEO_ID, 2),
        lambda: sharing.list(BOB, samples.VIDEO_ID),
        lambda: sharing.revoke(BOB, samples.VIDEO_ID, made["id"]),
    ):
        with pytest.raises(NotFound, match="video"):
            attempt()
    assert len(sharing.list(ANN, samples.VIDEO_ID)) == 1


def test_a_link_that_never_was_cannot_be_revoked(sharing: Sharing) -> None:
    with pytest.raises(NotFound, match="share"):
        sharing.revoke(ANN, samples.VIDEO_ID, "none")


def test_a_video_has_a_bounded_number_of_links(sharing: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MOST", 1)
    sharing.create(ANN, samples.VIDEO_ID, 2)

    with pytest.raises(Conflict, match="Revoke one first"):
        sharing.create(ANN, samples.VIDEO_ID, 2)
