"""An update from the release before to this one keeps everything: the way of a platform that somebody uses."""

import urllib.request
from pathlib import Path

import pytest

from local.api import Api
from local.deploy import Resource, resources
from local.platform import Options, Platform
from tests import releases
from tests.e2e.conftest import Video, ended
from tests.media.generate import clip, decoded_frames
from tests.templates.test_update import HOLDS_DATA


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    revision = releases.previous()
    if not revision:
        pytest.skip("NO RELEASE BEFORE THIS ONE IN SIGHT: fetch the tags, or the history")
    return releases.unpack(revision, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("media") / "film.mp4", seconds=5, size="640x360")


class EitherShape(Api):
    """Reads the answers of both releases: until 0.1 a video came without an envelope."""

    def video(self, video: str) -> Video:
        answer = self.call("GET", f"/videos/{video}")
        return dict(answer.get("video", answer))


def uploaded(platform: Platform, film: Path) -> Video:
    api = EitherShape(platform.api, platform.token)
    return ended(api, api.upload(film, lambda _: None))


def holders(platform: Platform) -> set[Resource]:
    return {resource for resource in resources(platform.clients) if resource.kind in HOLDS_DATA}


def test_a_video_of_the_release_before_survives_the_update(release: Path, film: Path, tmp_path: Path) -> None:
    # That release would not have run on Lambda, which is no part of this test.
    free = tmp_path / "faults" / "no-wall"
    free.parent.mkdir()
    free.touch()
    with Platform(Options(tmp_path, port=0, template=release / "template.yaml")) as old:
        before, held, port = uploaded(old, film), holders(old), int(old.url.rsplit(":", 1)[1])
        assert before["status"] == "ready", before["error"]

    free.unlink()
    # A parameter as well, so that every function is updated even where its code is the same.
    with Platform(Options(tmp_path, port=port, parameters={"LogLevel": "DEBUG"})) as new:
        assert new.deployed
        after = Api(new.api, new.token).video(before["id"])
        again = uploaded(new, film)

        assert holders(new) >= held
        for name in before.keys() - {"playback", "source"}:
            assert after[name] == before[name], name
        was, now = before["source"], after["source"]
        assert {name: now[name] for name in ("container", "duration", "size")} == {
            name: was[name] for name in ("container", "duration", "size")
        }
        shared = was["video"].keys() & now["video"].keys()  # names of what was measured were spelled anew
        assert {"codec", "width", "height"} <= shared
        assert all(now["video"][name] == was["video"][name] for name in shared)
        for video in (after, again):
            assert video["status"] == "ready", video["error"]
            for kind in ("hls", "dash"):
                assert decoded_frames(video["playback"][kind]) == decoded_frames(str(film)) == 125
        with urllib.request.urlopen(after["playback"]["poster"], timeout=30) as poster:
            assert poster.read(2) == b"\xff\xd8"
