"""A video goes through the whole platform as a client sees it."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser

from local.api import Api, ApiError
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.integration.api.contract import require_as_documented
from tests.local.aws import until
from tests.media.generate import clip, decoded_frames, start_times


def fetched(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.status, dict(answer.headers), answer.read()


def test_what_is_answered_of_a_ready_video_is_as_documented(api: Api, video: Video) -> None:
    for path in (f"/videos/{video['id']}", "/videos", f"/videos/{video['id']}/playback"):
        answered = {"statusCode": 200, "body": json.dumps(api.call("GET", path))}
        require_as_documented("GET", path, answered)


def test_an_uploaded_video_becomes_ready_with_every_fact(video: Video) -> None:
    assert video["status"] == "ready", video["error"]
    assert video["progress"] == 100
    assert video["source"]["video"]["width"] == 640
    assert [rung["name"] for rung in video["renditions"]] == ["v360", "v240"]
    assert all(rung["frames"] == 125 for rung in video["renditions"])
    assert (video["error"], video["warnings"]) == (None, [])


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_both_manifests_decode_to_every_frame_at_every_rung_in_sync(video: Video, source: Path, kind: str) -> None:
    address = video["playback"][kind]

    for rung in range(len(video["renditions"])):
        assert decoded_frames(address, f"0:v:{rung}") == decoded_frames(str(source)) == 125
    picture, sound = start_times(address)
    assert abs(sound - picture) < 0.04


def test_the_manifests_parse(video: Video) -> None:
    playlist = m3u8.loads(fetched(video["playback"]["hls"])[2].decode())
    mpd = MPEGDASHParser.parse(fetched(video["playback"]["dash"])[2].decode())

    assert len(playlist.playlists) == len(mpd.periods[0].adaptation_sets[0].representations) == 2


def test_delivery_caches_what_never_changes_and_serves_ranges(video: Video) -> None:
    def served(name: str) -> str:
        return video["playback"]["poster"].replace("poster.jpg", name)

    _, manifest, _ = fetched(served("index.m3u8"))
    status, segment, data = fetched(served("v240/00000.m4s"), Range="bytes=4-7")
    _, poster, picture = fetched(served("poster.jpg"))

    assert manifest["Cache-Control"] == "private, max-age=2"
    assert segment["Cache-Control"] == "private, max-age=31536000, immutable"
    assert (status, data) == (206, b"moof")
    assert (poster["Content-Type"], picture[:2]) == ("image/jpeg", b"\xff\xd8")


def test_the_storyboard_leads_to_its_pictures(video: Video) -> None:
    _, kind, cues = fetched(video["playback"]["storyboard"])
    sheet = next(line for line in cues.decode().splitlines() if "#xywh=" in line).split("#")[0]

    _, _, picture = fetched(urljoin(video["playback"]["storyboard"], sheet))

    assert kind["Content-Type"].startswith("text/vtt")
    assert picture[:2] == b"\xff\xd8"


def test_the_cdn_serves_nothing_but_published_videos(video: Video, platform: Platform) -> None:
    run = video["playback"]["hls"].split("/")[-2]

    for path in (f"/jobs/{video['id']}/{run}/plan.json", "/videos/", "/videos/none/index.m3u8"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetched(platform.url + path)
        assert refused.value.code in (403, 404)


def sent(platform: Platform, source: Path, profile: str) -> str:
    """The id of a video whose bytes were the request's body."""
    request = urllib.request.Request(
        f"{platform.api}/videos?filename={source.name}&profile={profile}",
        data=source.read_bytes(),
        headers={"Authorization": f"Bearer {platform.token}", "Content-Type": "video/mp4"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.loads(answer.read())["video"]["id"])


def test_bytes_in_the_body_become_a_video_of_the_profile_that_was_asked_for(
    api: Api, platform: Platform, tmp_path: Path
) -> None:
    small = clip(tmp_path / "small.mp4", seconds=1)
    video = ended(api, sent(platform, small, "av1"))

    assert (video["status"], video["profile"]) == ("ready", "av1")
    assert [rung["codec"][:5] for rung in video["renditions"]] == ["avc1.", "av01."]


def test_a_measured_video_says_how_close_each_rendition_comes(api: Api, platform: Platform, tmp_path: Path) -> None:
    small = clip(tmp_path / "small.mp4", seconds=2, size="640x360")

    video = ended(api, sent(platform, small, "measured"))

    scores = [rung["quality"] for rung in video["renditions"]]
    assert [score["metric"] for score in scores] == ["vmaf", "vmaf"]
    assert 100 >= scores[0]["mean"] > scores[1]["mean"] > 20
    assert video["warnings"] == []


def test_a_profile_that_is_not_there_is_refused_with_those_that_are(api: Api) -> None:
    with pytest.raises(ApiError, match="profile: must be one of av1, default, fast, hevc, measured"):
        api.call("POST", "/videos", {"filename": "a.mp4", "size": 5, "profile": "mine"})


def test_a_large_video_goes_up_in_parts(api: Api, tmp_path: Path) -> None:
    large = clip(tmp_path / "large.mp4", seconds=1)
    filler = 65 * 2**20
    with large.open("ab") as file:
        file.write((8 + filler).to_bytes(4, "big") + b"free" + bytes(filler))

    video = ended(api, api.upload(large, lambda _: None))

    assert video["status"] == "ready", video["error"]
    assert video["source"]["size"] == large.stat().st_size


def test_an_aborted_upload_leaves_no_parts(api: Api, platform: Platform, made: Callable[[str], str]) -> None:
    begun = api.call("POST", "/videos", {"filename": "large.mp4", "size": 100 * 2**20})
    video_id, upload = begun["video"]["id"], begun["upload"]
    part = urllib.request.Request(upload["parts"][0]["url"], bytes(upload["partSize"]), method="PUT")
    urllib.request.urlopen(part, timeout=10).close()

    api.call("DELETE", f"/videos/{video_id}/upload")

    with pytest.raises(ApiError, match="not_found"):
        api.video(video_id)
    uploads = platform.clients.s3.list_multipart_uploads(Bucket=made("SourceBucket")).get("Uploads", [])
    assert video_id not in str(uploads)


def test_an_object_put_under_ingest_becomes_a_video(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    platform.clients.s3.put_object(Bucket=made("SourceBucket"), Key="ingest/My film.mp4", Body=source.read_bytes())

    found = until(lambda: [v for v in api.call("GET", "/videos")["videos"] if v["title"] == "My film.mp4"], 60)

    assert ended(api, found[0]["id"])["status"] == "ready"


def test_what_is_no_video_fails_with_a_reason_and_the_source_is_kept(
    api: Api, platform: Platform, made: Callable[[str], str], tmp_path: Path
) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no video at all " * 100)

    video = ended(api, api.upload(text, lambda _: None))

    assert (video["status"], video["error"]["code"]) == ("failed", "not_a_video")
    assert "Upload MP4" in video["error"]["message"]
    assert platform.clients.s3.head_object(Bucket=made("SourceBucket"), Key=f"uploads/{video['id']}/source")


def test_a_video_belongs_to_its_owner(api: Api, platform: Platform, source: Path) -> None:
    ann, bob = (Api(platform.api, platform.user_token(name)) for name in ("ann", "bob"))
    video_id = ann.call("POST", "/videos", {"filename": "a.mp4", "size": 5})["video"]["id"]

    assert ann.video(video_id)["id"] == video_id
    assert api.video(video_id)["id"] == video_id  # an admin
    assert bob.call("GET", "/videos")["videos"] == []
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/upload"), ("DELETE", "/upload")):
        with pytest.raises(ApiError, match="not_found"):
            bob.call(method, f"/videos/{video_id}{path}")
    for token, code in (("", "token_invalid"), ("nonsense", "token_invalid")):
        with pytest.raises(ApiError, match=code):
            Api(platform.api, token).video(video_id)


def test_a_deleted_video_leaves_nothing(api: Api, platform: Platform, made: Callable[[str], str], source: Path) -> None:
    video_id = ended(api, api.upload(source, lambda _: None))["id"]
    api.call("POST", f"/videos/{video_id}/shares", {})
    s3, table = platform.clients.s3, made("Table")

    api.call("DELETE", f"/videos/{video_id}")

    for bucket, prefix in ((made("OutputBucket"), f"videos/{video_id}"), (made("OutputBucket"), f"jobs/{video_id}")):
        assert s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"] == 0
    versions = s3.list_object_versions(Bucket=made("SourceBucket"), Prefix=f"uploads/{video_id}")
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")
    for partition in (f"VIDEO#{video_id}", f"PROGRESS#{video_id}"):
        found = platform.clients.dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
        )
        assert found["Count"] == 0
    with pytest.raises(ApiError, match="not_found"):
        api.video(video_id)
