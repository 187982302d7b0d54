"""Over HTTP: a video plays for who was let in, and for nobody else."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deployment import playback_key
from local.api import Api, ApiError
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.local.aws import until
from tests.media.generate import clip, decoded_frames, ffmpeg
from vod import clock
from vod.access import passes, signing
from vod.access.passes import Pass


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    cookies: str = ""

    @property
    def code(self) -> str:
        """CloudFront's, from its XML."""
        return self.body.decode().split("<Code>")[1].split("</Code>")[0]


def get(url: str, **headers: str) -> Answer:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            given = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie") or []]
            return Answer(answer.status, answer.read(), "; ".join(given))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read())


@pytest.fixture(scope="module")
def opened(platform: Platform, video: Video) -> tuple[dict[str, Any], str]:
    """What the page gets before it plays: the answer, and the cookies as a browser would send them."""
    answer = get(f"{platform.api}/videos/{video['id']}/playback", Authorization=f"Bearer {platform.token}")
    return json.loads(answer.body), answer.cookies


@pytest.fixture(scope="module")
def forge(platform: Platform, opened: tuple[dict[str, Any], str]) -> Any:
    """Passes with the platform's own key, to anything until any moment."""
    pem = (platform.state / playback_key.FILE).read_text()
    key_id = opened[1].split("CloudFront-Key-Pair-Id=")[1].split(";")[0]
    key = signing.load(pem, f"{key_id}:{playback_key.public_half(pem)}")

    def forged(video_id: str, hours: float = 1) -> Pass:
        until = clock.now() + timedelta(hours=hours)
        return passes.issue(key, f"{platform.url}/videos/{video_id}/*", until)

    return forged


def as_cookies(given: Pass) -> str:
    return "; ".join(f"{name}={value}" for name, value in given.cookies.items())


def test_with_its_cookies_every_file_of_the_video_opens(opened: tuple[dict[str, Any], str]) -> None:
    answer, cookies = opened
    base = answer["playback"]["hls"].removesuffix("index.m3u8")

    for name in ("index.m3u8", "index.mpd", "poster.jpg", "storyboard.vtt", "v240/index.m3u8", "v240/00000.m4s"):
        assert get(base + name, Cookie=cookies).status == 200, name


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_a_player_with_cookies_decodes_every_frame(opened: tuple[dict[str, Any], str], kind: str) -> None:
    answer, cookies = opened

    told = ffmpeg(
        *("-headers", f"Cookie: {cookies}\r\n", "-progress", "-", "-nostats", "-i", answer["playback"][kind]),
        *("-map", "0:v:0", "-f", "null", "-"),
    )

    assert "frame=125" in told


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_a_player_without_cookies_decodes_every_frame_of_the_signed_address(
    opened: tuple[dict[str, Any], str], kind: str
) -> None:
    assert decoded_frames(opened[0]["signed"][kind]) == 125


@pytest.mark.parametrize("name", ["index.m3u8", "index.mpd", "v240/00000.m4s", "poster.jpg", "missing.m4s"])
def test_without_cookies_nothing_opens(opened: tuple[dict[str, Any], str], name: str) -> None:
    refused = get(opened[0]["playback"]["hls"].replace("index.m3u8", name))

    assert (refused.status, refused.code) == (403, "MissingKey")


def test_an_expired_pass_opens_nothing(opened: tuple[dict[str, Any], str], video: Video, forge: Any) -> None:
    address, expired = opened[0]["playback"]["hls"], forge(video["id"], hours=-0.01)

    for refused in (get(address, Cookie=as_cookies(expired)), get(f"{address}?{expired.query}")):
        assert (refused.status, refused.code) == (403, "AccessDenied")
    assert get(address, Cookie=as_cookies(forge(video["id"]))).status == 200


def test_another_videos_pass_opens_nothing(opened: tuple[dict[str, Any], str], forge: Any) -> None:
    address, others = opened[0]["playback"]["hls"], forge("f" * 20)
    climbing = address.replace("/videos/", f"/videos/{'f' * 20}/../")

    for refused in (
        get(address, Cookie=as_cookies(others)),
        get(f"{address}?{others.query}"),
        get(climbing, Cookie=as_cookies(others)),
    ):
        assert refused.status == 403


def test_a_changed_policy_opens_nothing(opened: tuple[dict[str, Any], str], video: Video, forge: Any) -> None:
    address, given = opened[0]["playback"]["hls"], forge(video["id"])
    policy = passes.decode(given.policy).replace(b'"AWS:EpochTime":1', b'"AWS:EpochTime":9')
    changed = Pass(passes.encode(policy), given.signature, given.key_id)

    for refused in (get(address, Cookie=as_cookies(changed)), get(f"{address}?{changed.query}")):
        assert (refused.status, refused.code) == (403, "AccessDenied")


def test_a_key_that_is_not_in_the_group_opens_nothing(
    opened: tuple[dict[str, Any], str], video: Video, forge: Any
) -> None:
    given = forge(video["id"])

    refused = get(f"{opened[0]['playback']['hls']}?{Pass(given.policy, given.signature, 'KNOBODY').query}")

    assert (refused.status, refused.code) == (403, "InvalidKey")


def test_a_signed_manifest_wants_a_good_signature_too(
    platform: Platform, opened: tuple[dict[str, Any], str], video: Video, forge: Any
) -> None:
    address = opened[0]["signed"]["hls"].split("?")[0]

    for given in (Pass("", "", ""), forge("f" * 20), forge(video["id"], hours=-0.01)):
        refused = get(f"{address}?{given.api_query}")
        assert (refused.status, json.loads(refused.body)["code"]) == (403, "forbidden")
    assert get(address).status == 403
    assert get(f"{address}?{forge(video['id']).api_query}").status == 200


def test_only_who_may_watch_gets_a_pass(platform: Platform, video: Video) -> None:
    stranger = platform.user_token("stranger")
    address = f"{platform.api}/videos/{video['id']}/playback"

    assert get(address, Authorization=f"Bearer {stranger}").status == 404
    assert get(address).status == 401


def test_a_link_lets_in_people_without_an_account_until_it_is_revoked(
    platform: Platform, api: Api, video: Video
) -> None:
    shares = f"/videos/{video['id']}/shares"
    link = api.call("POST", shares, {"expiresInHours": 1})["share"]
    address = f"{platform.api}/shares/{link['url'].rsplit('/', 1)[1]}/playback"

    answer = get(address)
    told = json.loads(answer.body)

    assert link["url"].startswith(f"{platform.url}/share/")
    assert told["video"]["id"] == video["id"]
    assert get(told["playback"]["hls"], Cookie=answer.cookies).status == 200
    assert decoded_frames(told["signed"]["hls"]) == 125
    assert [one["id"] for one in api.call("GET", shares)["shares"]] == [link["id"]]
    api.call("DELETE", f"{shares}/{link['id']}")
    assert get(address).status == 404
    assert api.call("GET", shares)["shares"] == []


def test_a_cancelled_video_is_encoded_again_in_a_run_of_its_own(
    platform: Platform, api: Api, made: Any, tmp_path: Path
) -> None:
    video_id = api.upload(clip(tmp_path / "film.mp4", seconds=20, size="640x360"), lambda _: None)
    until(lambda: api.video(video_id)["status"] == "transcoding", 60)

    cancelled = [api.call("POST", f"/videos/{video_id}/cancel")["video"]["status"] for _ in range(2)]
    retried = api.call("POST", f"/videos/{video_id}/retry")["video"]
    video = ended(api, video_id)

    assert cancelled == ["cancelled", "cancelled"]
    assert (retried["status"], retried["error"]) == ("queued", None)
    assert (video["status"], video["error"]) == ("ready", None)
    assert decoded_frames(video["playback"]["hls"]) == decoded_frames(video["playback"]["dash"]) == 500
    found = platform.clients.stepfunctions.list_executions(stateMachineArn=made("Transcode"))["executions"]
    statuses = sorted(one["status"] for one in found if one["name"].startswith(video_id))
    assert statuses == ["ABORTED", "SUCCEEDED"]
    with pytest.raises(ApiError, match="wrong_status"):
        api.call("POST", f"/videos/{video_id}/retry")
