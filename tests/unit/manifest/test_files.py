"""Manifests are stored beside each other, but never before those that they name."""

import threading
import time

from vod import keys
from vod.manifest.files import store_all

MANIFESTS = [(f"v{number}/index.m3u8", f"#{number}") for number in range(5)] + [
    (keys.DASH_NAME, "<MPD/>"),
    (keys.HLS_NAME, "#EXTM3U"),
]


def test_what_names_others_comes_after_them_all() -> None:
    ended: list[str] = []
    both = threading.Barrier(2)

    def store(name: str, data: bytes) -> bool:
        assert data
        if name in ("v0/index.m3u8", "v1/index.m3u8"):
            both.wait(5)  # one beside the other
        elif name.startswith("v"):
            time.sleep(0.05)
        ended.append(name)
        return True

    assert store_all(MANIFESTS, store)
    assert sorted(ended[:5]) == [name for name, _ in MANIFESTS[:5]]
    assert ended[5:] == [keys.DASH_NAME, keys.HLS_NAME]


def test_after_a_no_the_names_of_others_are_not_told() -> None:
    asked: list[str] = []

    def store(name: str, _: bytes) -> bool:
        asked.append(name)
        return name != "v4/index.m3u8"

    assert not store_all(MANIFESTS, store)
    assert keys.DASH_NAME not in asked


def test_one_at_a_time_nothing_is_begun_after_a_no() -> None:
    asked: list[str] = []

    def store(name: str, _: bytes) -> bool:
        asked.append(name)
        return len(asked) < 2

    assert not store_all(MANIFESTS, store, at_a_time=1)
    assert asked == ["v0/index.m3u8", "v1/index.m3u8"]
