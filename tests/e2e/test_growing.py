"""A long video can be watched from its beginning while the rest is encoded."""

import time
import urllib.error
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import m3u8
from mpegdash.parser import MPEGDASHParser

from local.api import FINAL, Api
from local.platform import Platform
from tests.e2e.encoders import LAST_CHUNK, no_capacity
from tests.e2e.test_pipeline import fetched
from tests.media.generate import clip, decoded_frames

MANY = 8
"""Segments of a film that are there while its last quarter waits."""


def test_manifests_only_ever_get_longer_and_name_nothing_that_is_not_there(
    api: Api, platform: Platform, tmp_path: Path
) -> None:
    film = clip(tmp_path / "film.mp4", seconds=48, size="854x480")
    seen: list[list[str]] = []
    moments: dict[str, float] = {}

    with no_capacity(platform, LAST_CHUNK):
        video_id = api.upload(film, lambda _: None)
        while not seen or len(seen[-1]) < MANY:
            watch(api.video(video_id), moments, seen)
            time.sleep(0.3)
    while (video := api.video(video_id))["status"] not in FINAL:
        watch(video, moments, seen)
        time.sleep(0.3)
    moments["ready"] = time.monotonic()

    assert video["status"] == "ready", video["error"]
    whole = listed(video["playback"]["hls"])
    assert seen
    assert all(len(names) >= 2 and names == whole[: len(names)] for names in seen)
    assert [len(names) for names in seen] == sorted(len(names) for names in seen)
    assert moments["transcoding"] < moments["playable"] < moments["ready"]
    assert decoded_frames(video["playback"]["hls"]) == decoded_frames(video["playback"]["dash"]) == 1200


def watch(video: dict[str, Any], moments: dict[str, float], seen: list[list[str]]) -> None:
    """Note when a status was first seen, and what the manifests list meanwhile."""
    moments.setdefault(video["status"], time.monotonic())
    if video["status"] == "playable":
        assert 0 < video["duration"] <= 48.1
        assert MPEGDASHParser.parse(fetched(video["playback"]["dash"])[2].decode()).type in ("dynamic", "static")
        seen.append(listed(video["playback"]["hls"]))


def listed(manifest: str) -> list[str]:
    """Names of the first rendition's segments, the last of which can be fetched."""
    variant = m3u8.loads(fetched(manifest)[2].decode()).playlists[0].uri
    address = urljoin(manifest, variant)
    segments = m3u8.loads(fetched(address)[2].decode()).segments
    try:
        assert fetched(urljoin(address, segments[-1].uri))[0] == 200
    except urllib.error.HTTPError as missing:
        raise AssertionError(f"{segments[-1].uri} is listed and not there") from missing
    return [segment.uri.split("?")[0] for segment in segments]
