from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeOutput, FakeShares, FakeVideos
from tests.signing_keys import KEY
from vod.access import share
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.access.passes import Pass, decode
from vod.access.share import Share
from vod.errors import Conflict, Forbidden, NotFound, Unauthorized
from vod.record.status import Status
from vod.steps.deliver import Delivering

ANN, BOB = Caller("ann"), Caller("bob")
NOW = samples.NOW
NAME = f"{samples.RUN}/index.m3u8"


def delivering(status: Status = Status.READY, key: object = KEY) -> Delivering:
    output = FakeOutput({f"videos/{samples.VIDEO_ID}/{NAME}": b"#EXTM3U\nv720/index.m3u8\n"})
    videos = FakeVideos({samples.VIDEO_ID: samples.video(status, title="Clip", duration=8.0)})
    opened = Delivery("https://cdn.example", key)  # type: ignore[arg-type]
    return Delivering(videos, FakeShares(), output, lambda: opened, now=lambda: NOW)


def shared(step: Delivering, seconds: int, **changes: Any) -> str:
    token = share.new_token(samples.VIDEO_ID)
    step.shares.put(Share(share.id_of(token), samples.VIDEO_ID, "now", int(NOW.timestamp()) + seconds, **changes))
    return token


def test_who_may_watch_gets_an_hour_of_cookies_and_longer_addresses() -> None:
    grant = delivering().playback(ANN, samples.VIDEO_ID)

    assert grant.answer["expiresAt"] == "2026-01-02T04:04:05.000Z"
    assert grant.cookies.keys() == {"CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"}
    policy = decode(grant.cookies["CloudFront-Policy"]).decode()
    assert f'"https://cdn.example/videos/{samples.VIDEO_ID}/*"' in policy
    assert str(int((NOW + timedelta(hours=1)).timestamp())) in policy
    assert grant.answer["playback"]["hls"] == f"https://cdn.example/videos/{samples.VIDEO_ID}/{NAME}"
    assert grant.answer["signed"].keys() == {"hls", "dash", "poster", "storyboard"}


def test_others_are_told_that_there_is_no_such_video() -> None:
    with pytest.raises(NotFound):
        delivering().playback(BOB, samples.VIDEO_ID)


def test_a_video_that_is_not_ready_has_nothing_to_play() -> None:
    with pytest.raises(Conflict, match="nothing to play yet: the video is transcoding"):
        delivering(Status.TRANSCODING).playback(ANN, samples.VIDEO_ID)


def test_public_videos_come_without_cookies() -> None:
    grant = delivering(key=None).playback(ANN, samples.VIDEO_ID)

    assert grant.cookies == {}
    assert grant.answer["signed"]["hls"] == grant.answer["playback"]["hls"]


def test_a_link_lets_in_who_has_no_account() -> None:
    step = delivering()

    grant = step.shared(shared(step, 30 * 24 * 3600))

    assert grant.video.title == "Clip"
    assert grant.expires_at == NOW + timedelta(hours=1)


def test_nothing_that_a_link_hands_out_outlives_it() -> None:
    step = delivering()

    grant = step.shared(shared(step, 60))

    ends = str(int(NOW.timestamp()) + 60)
    signed = grant.signed["hls"].split("policy=")[1].split("&")[0]
    assert grant.expires_at == NOW + timedelta(seconds=60)
    assert ends in decode(grant.cookies["CloudFront-Policy"]).decode()
    assert ends in decode(signed).decode()


def test_a_link_that_is_unknown_revoked_or_expired_opens_nothing() -> None:
    step = delivering()

    for token in (shared(step, 60, is_revoked=True), shared(step, 0), share.new_token(samples.VIDEO_ID), "nonsense"):
        with pytest.raises(NotFound, match="no such share"):
            step.shared(token)


def test_a_link_to_a_video_that_is_being_deleted_opens_nothing() -> None:
    step = delivering(Status.DELETING)

    with pytest.raises(NotFound, match="no such share"):
        step.shared(shared(step, 60))


def test_a_public_video_is_anybodys_and_a_private_one_is_not_even_looked_for() -> None:
    grant = delivering(key=None).public(samples.VIDEO_ID)

    assert grant.answer_to_strangers["video"] == {"id": samples.VIDEO_ID, "title": "Clip", "duration": 8.0}
    assert grant.answer_to_strangers["signed"] == grant.answer_to_strangers["playback"]
    for video_id in (samples.VIDEO_ID, "f" * 20):
        with pytest.raises(Unauthorized, match="private here"):
            delivering().public(video_id)


@pytest.mark.parametrize(("status", "video_id"), [(Status.DELETING, samples.VIDEO_ID), (Status.READY, "f" * 20)])
def test_a_public_video_that_is_gone_is_not_found(status: Status, video_id: str) -> None:
    with pytest.raises(NotFound, match="no such video"):
        delivering(status, key=None).public(video_id)


@pytest.mark.parametrize("origin", ["", "https://a.example", "https://cdn.example"])
def test_a_link_for_some_sites_is_good_on_them_and_names_them(origin: str) -> None:
    step = delivering()

    grant = step.shared(shared(step, 60, sites=("https://a.example",)), origin)

    assert grant.answer_to_strangers["sites"] == ["https://a.example"]


def test_a_link_for_some_sites_is_good_on_no_other() -> None:
    step = delivering()

    with pytest.raises(Forbidden, match="on this site"):
        step.shared(shared(step, 60, sites=("https://a.example",)), "https://b.example")


def given(step: Delivering) -> Pass:
    return step.delivery().pass_to(samples.VIDEO_ID, NOW + timedelta(hours=1))


def test_a_signed_manifest_hands_its_pass_on() -> None:
    step = delivering()

    text = step.manifest(samples.VIDEO_ID, NAME, given(step))

    assert text == f"#EXTM3U\nv720/index.m3u8?{given(step).api_query}\n"


def test_a_manifest_without_a_good_pass_is_forbidden() -> None:
    step = delivering()

    for video_id, bad in (("f" * 20, given(step)), (samples.VIDEO_ID, Pass("", "", ""))):
        with pytest.raises(Forbidden, match="not signed"):
            step.manifest(video_id, NAME, bad)


def test_a_manifest_that_is_not_there_is_not_found() -> None:
    step = delivering()

    with pytest.raises(NotFound, match="manifest"):
        step.manifest(samples.VIDEO_ID, "none/index.m3u8", given(step))
