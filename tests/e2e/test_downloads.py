"""Files to keep: from a ready video by the API and the CDN, for its owner, and for viewers where that is allowed."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.api import Api, ApiError
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.local.aws import until
from tests.media import decoded
from vod.aws.downloads import DynamoDownloads
from vod.media import isobmff


def fetched(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as response:
            return response.status, response.read(), dict(response.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), dict(refused.headers)


def ready(ask: Callable[[], Any], seconds: float = 60) -> dict[str, Any]:
    """The file once it is made."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] = ask()["download"]
        if found["state"] == "ready":
            return found
        time.sleep(0.2)
    raise AssertionError(f"not ready after {seconds} s: {found}")


def test_every_rendition_and_sound_is_had_as_a_file_with_all_its_frames(
    api: Api, platform: Platform, video: Video, tmp_path: Path
) -> None:
    for rendition in video["renditions"]:
        found = ready(
            lambda name=rendition["name"]: api.call("GET", f"/videos/{video['id']}/download?rendition={name}")
        )  # type: ignore[misc]
        status, data, headers = fetched(found["url"])
        (tmp_path / "film.mp4").write_bytes(data)
        seen, heard = decoded.tracks(tmp_path / "film.mp4")

        assert (status, len(data), headers["Content-Type"]) == (200, found["bytes"], "video/mp4")
        assert headers["Content-Disposition"].startswith('attachment; filename="')
        assert found["filename"].endswith(f" {rendition['height']}p.mp4")  # others may have renamed the video
        assert [box.type for box in isobmff.boxes(memoryview(data))] == [b"ftyp", b"moov", b"mdat"]
        assert (len(seen.times), seen.size) == (rendition["frames"], (rendition["width"], rendition["height"]))
        assert float(heard.times[-1]) == pytest.approx(video["duration"], abs=0.1)

    sound = ready(lambda: api.call("GET", f"/videos/{video['id']}/download?rendition=none&sound=a0"))
    _, data, headers = fetched(sound["url"])
    assert (headers["Content-Type"], data[4:12]) == ("audio/mp4", b"ftypM4A ")
    assert sound["filename"].endswith(".m4a")


def test_an_address_is_good_for_its_file_alone_and_in_parts(api: Api, video: Video) -> None:
    found = ready(lambda: api.call("GET", f"/videos/{video['id']}/download"))
    address, _, signature = found["url"].partition("?")
    _, whole, _ = fetched(found["url"])

    assert fetched(address)[0] == 403
    assert fetched(f"{address.rsplit('/', 1)[0]}/other.mp4?{signature}")[0] == 403
    assert fetched(found["url"], Range="bytes=100-199")[:2] == (206, whole[100:200])
    assert ready(lambda: api.call("GET", f"/videos/{video['id']}/download"))["url"] == found["url"]


def test_the_original_comes_back_as_it_was(api: Api, source: Path) -> None:
    video_id = api.upload(source, lambda _: None)
    found = api.call("GET", f"/videos/{video_id}/original")["download"]
    status, data, headers = fetched(found["url"])

    assert (status, data == source.read_bytes(), found["bytes"]) == (200, True, source.stat().st_size)
    assert headers["Content-Disposition"] == "attachment; filename=\"clip.mp4\"; filename*=UTF-8''clip.mp4"
    ended(api, video_id)
    api.call("DELETE", f"/videos/{video_id}")


def test_the_original_of_what_was_put_into_the_bucket_is_had_too(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    platform.clients.s3.upload_file(str(source), made("SourceBucket"), "ingest/kept.mp4")
    find = lambda: [each for each in api.call("GET", "/videos")["videos"] if each["title"] == "kept.mp4"]  # noqa: E731
    video_id = until(find, 60)[0]["id"]

    assert fetched(api.call("GET", f"/videos/{video_id}/original")["download"]["url"])[1] == source.read_bytes()
    ended(api, video_id)
    api.call("DELETE", f"/videos/{video_id}")


def test_a_file_whose_maker_died_with_its_upload_is_made_by_the_next(
    api: Api, platform: Platform, made: Callable[[str], str], video: Video
) -> None:
    ask = lambda: api.call("GET", f"/videos/{video['id']}/download?sound=none")  # noqa: E731
    ready(ask)
    kept = DynamoDownloads(platform.clients.dynamodb, made("Table"))
    (found,) = (each for each in kept.of(video["id"]) if len(each.tracks) == 1 and each.tracks[0].startswith("v"))
    lost = replace(found, state="preparing", key=f"downloads/{video['id']}/lost.mp4", upload_id="gone", touched_at=0)
    assert kept.put(lost, found)

    assert fetched(ready(ask)["url"])[0] == 200


def test_viewers_download_where_the_owner_lets_them(api: Api, platform: Platform, video: Video) -> None:
    link = api.call("POST", f"/videos/{video['id']}/shares", {})["share"]["url"]
    token, stranger = link.rsplit("/", 1)[1].rpartition("=")[2], Api(platform.api, "")
    path = f"/shares/{token}"

    def offered() -> list[str]:
        return [each["name"] for each in stranger.call("GET", f"{path}/playback")["downloads"]]

    assert offered() == []
    with pytest.raises(ApiError, match="cannot be downloaded"):
        stranger.call("GET", f"{path}/download")
    assert api.call("PATCH", f"/videos/{video['id']}", {"downloads": "viewers"})["video"]["downloads"] == "viewers"
    assert offered() == [each["name"] for each in video["renditions"]]
    assert fetched(ready(lambda: stranger.call("GET", f"{path}/download"))["url"])[0] == 200
    assert api.call("PATCH", f"/videos/{video['id']}", {"downloads": "default"})["video"]["downloads"] is None
    assert offered() == []


def test_a_deleted_video_leaves_no_file(api: Api, platform: Platform, made: Callable[[str], str], source: Path) -> None:
    video_id = ended(api, api.upload(source, lambda _: None))["id"]
    found = ready(lambda: api.call("GET", f"/videos/{video_id}/download"))

    api.call("DELETE", f"/videos/{video_id}")

    listed = platform.clients.s3.list_objects_v2(Bucket=made("OutputBucket"), Prefix=f"downloads/{video_id}/")
    assert listed["KeyCount"] == 0
    assert fetched(found["url"])[0] in (403, 404)
    with pytest.raises(ApiError, match="not_found"):
        api.call("GET", f"/videos/{video_id}/download")
