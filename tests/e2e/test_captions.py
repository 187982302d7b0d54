"""Subtitles that are added to a ready video: players of both kinds of manifests show them, and all can be changed."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import fromstring

import m3u8
import pytest

from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.media.generate import FFMPEG
from vod.media import webvtt
from vod.media.webvtt import Cue

SRT = "1\n00:00:01,000 --> 00:00:02,500\nGrüße aus Rom\n\n2\n00:00:03,000 --> 00:00:04,000\nCiao\n"
DASH = "{urn:mpeg:dash:schema:mpd:2011}"
CUES = [Cue(1, 2.5, "Grüße aus Rom"), Cue(3, 4, "Ciao")]


@pytest.fixture
def film(api: Api, source: Path) -> Iterator[Video]:
    """A ready video of the test's own."""
    video = ended(api, api.upload(source, lambda _: None))
    yield video
    api.call("DELETE", f"/videos/{video['id']}")


def send(api: Api, method: str, path: str, body: bytes) -> Any:
    request = urllib.request.Request(api.address + path, method=method, data=body)
    request.add_header("Authorization", f"Bearer {api.token}")
    request.add_header("Content-Type", "application/x-subrip")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["caption"]


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return bytes(answer.read())


def shown(address: str) -> list[Cue]:
    """What FFmpeg reads of an HLS playlist's only subtitles."""
    opened = [FFMPEG, "-v", "error", "-nostdin", "-copyts", "-allowed_extensions", "ALL", "-i", address]
    done = subprocess.run([*opened, "-map", "0:s", "-f", "webvtt", "-"], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    return webvtt.parse(done.stdout.decode())


def in_dash(address: str) -> bytes:
    """The first segment of the only subtitles that a DASH manifest names."""
    (text,) = (
        each for each in fromstring(fetched(address)).iter(f"{DASH}AdaptationSet") if each.get("contentType") == "text"
    )
    (template,), (representation,) = text.iter(f"{DASH}SegmentTemplate"), text.iter(f"{DASH}Representation")
    media = str(template.get("media")).replace("$RepresentationID$", str(representation.get("id")))
    return fetched(urljoin(address, media.replace("$Number%05d$", "00000")))


def lines(address: str) -> list[str]:
    """The subtitles that the HLS playlist names."""
    time.sleep(2.1)  # as long as it may be cached
    found = m3u8.loads(fetched(address).decode()).media
    return [each.name for each in found if each.type == "SUBTITLES"]


def test_an_old_character_set_is_read_and_both_manifests_show_the_text(api: Api, film: Video) -> None:
    made = send(api, "POST", f"/videos/{film['id']}/captions?language=de", SRT.encode("cp1252"))
    playback = api.video(film["id"])["playback"]

    assert lines(playback["hls"]) == ["Deutsch"]
    assert shown(playback["hls"]) == CUES
    assert "Grüße aus Rom".encode() in in_dash(playback["dash"])
    assert webvtt.parse(fetched(made["url"]).decode()) == CUES
    assert api.call("GET", f"/videos/{film['id']}/captions")["captions"] == [made]


def test_all_of_a_track_can_be_changed_while_the_video_stays_ready(api: Api, film: Video) -> None:
    path = f"/videos/{film['id']}/captions"
    made = send(api, "POST", f"{path}?language=de&kind=captions&isDefault=true", SRT.encode())
    assert (made["label"], made["isDefault"]) == ("Deutsch (SDH)", True)
    moved = api.call("PATCH", f"{path}/{made['id']}", {"label": "Mine", "shiftSeconds": -0.5, "isDefault": False})
    assert (moved["caption"]["label"], moved["caption"]["isDefault"]) == ("Mine", False)
    playback = api.video(film["id"])["playback"]
    assert lines(playback["hls"]) == ["Mine"]
    assert webvtt.parse(fetched(moved["caption"]["url"]).decode())[0] == Cue(0.5, 2, "Grüße aus Rom")

    send(api, "PUT", f"{path}/{made['id']}", SRT.replace("Ciao", "Addio").encode())
    time.sleep(2.1)
    assert shown(playback["hls"])[1].text == "Addio"

    api.call("DELETE", f"{path}/{made['id']}")
    assert lines(playback["hls"]) == []
    assert api.video(film["id"])["status"] == "ready"


def test_an_encode_of_a_rendition_keeps_what_was_added(api: Api, film: Video, made: Callable[[str], str]) -> None:
    send(api, "POST", f"/videos/{film['id']}/captions?language=de", SRT.encode())
    api.call("POST", f"/videos/{film['id']}/retry", {"rendition": film["renditions"][-1]["name"]})
    deadline = time.monotonic() + 120
    while api.video(film["id"])["remake"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)

    playback = api.video(film["id"])["playback"]
    assert f"{film['renditions'][-1]['name']}_" in fetched(playback["hls"]).decode()
    assert lines(playback["hls"]) == ["Deutsch"]
    assert "Grüße aus Rom".encode() in in_dash(playback["dash"])


def test_what_was_replaced_goes_within_a_day(
    api: Api, platform: Platform, made: Callable[[str], str], film: Video
) -> None:
    path = f"/videos/{film['id']}/captions"
    track = send(api, "POST", f"{path}?language=de", SRT.encode())
    api.call("DELETE", f"{path}/{track['id']}")

    listed = platform.clients.s3.list_objects_v2(Bucket=made("OutputBucket"), Prefix=f"videos/{film['id']}/")
    kept = [each["Key"] for each in listed["Contents"] if track["id"] in each["Key"]]
    assert [key.rsplit("/", 1)[1] for key in kept] == ["00000.m4s", "index.m3u8", "init.mp4", "subtitles.vtt"]
