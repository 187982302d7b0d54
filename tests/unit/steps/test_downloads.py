from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeOutput, FakeShares, FakeSources, FakeVideos
from tests.signing_keys import KEY
from vod.access import share
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.access.share import Share
from vod.errors import Conflict, Forbidden, NotFound, Unauthorized
from vod.record.download import MOST_TRIES, Download
from vod.record.status import Status
from vod.record.video import Source
from vod.steps.deliver import Delivering
from vod.steps.downloads import AT_A_TIME, RESTED_SECONDS, STALLED_SECONDS, Downloading
from vod.steps.original import Originals

ANN, BOB = Caller("ann"), Caller("bob")
MANIFEST = b'#EXTM3U\n#EXT-X-MEDIA:URI="a0/index.m3u8"\nv720_abcdef/index.m3u8\nv360/index.m3u8\nh720/index.m3u8\n'
RENDITIONS = tuple(
    {"name": name, "codec": codec, "width": width, "height": height, "bytes": 5}
    for name, codec, width, height in (
        ("h720", "hvc1.1.6.L93.B0", 1280, 720),
        ("v720", "avc1.64001f", 1280, 720),
        ("v360", "avc1.64001e", 640, 360),
    )
)
SOUND = (
    {"name": "a0", "label": "English", "language": "en", "default": False},
    {"name": "a1", "label": "Deutsch", "language": "de", "default": True},
)


@dataclass
class FakeDownloads:
    records: dict[tuple[str, str], Download] = field(default_factory=dict)

    def get(self, video_id: str, name: str) -> Download | None:
        return self.records.get((video_id, name))

    def of(self, video_id: str) -> tuple[Download, ...]:
        return tuple(each for each in self.records.values() if each.video_id == video_id)

    def put(self, download: Download, seen: Download | None) -> bool:
        if self.get(download.video_id, download.name) != seen:
            return False
        self.records[download.video_id, download.name] = download
        return True


class World:
    def __init__(self, viewers_may: bool = False, key: object = KEY, **changes: Any) -> None:
        self.now = samples.NOW
        self.began: list[tuple[str, str]] = []
        fields = {"title": "Rome", "renditions": RENDITIONS, "sound": SOUND} | changes
        self.videos = FakeVideos({samples.VIDEO_ID: samples.video(**({"status": Status.READY} | fields))})
        output = FakeOutput({f"videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8": MANIFEST})
        opened = Delivery("https://cdn.example", key)  # type: ignore[arg-type]
        self.shares, self.downloads = FakeShares(), FakeDownloads()
        delivering = Delivering(self.videos, self.shares, output, lambda: opened, viewers_may, self.time)
        self.step = Downloading(delivering, self.downloads, output, self, timedelta(days=7), self.time)

    def time(self) -> datetime:
        return self.now

    def remux(self, video_id: str, download: str) -> None:
        self.began.append((video_id, download))

    def ask(self, rendition: str | None = None, sound: str | None = None, caller: Caller = ANN) -> dict[str, Any]:
        return self.step.ask(caller, samples.VIDEO_ID, rendition, sound)

    @property
    def only(self) -> Download:
        (found,) = self.downloads.records.values()
        return found

    def becomes(self, **changes: Any) -> None:
        assert self.downloads.put(replace(self.only, **changes), self.only)
        if self.only.state == "ready":
            self.step.output.put(self.only.key, b"film")

    def link(self, seconds: int = 3600) -> str:
        token = share.new_token(samples.VIDEO_ID)
        self.shares.put(Share(share.id_of(token), samples.VIDEO_ID, "now", int(self.now.timestamp()) + seconds))
        return token


def test_a_file_is_made_once_and_its_address_is_given_when_it_is_ready() -> None:
    world = World()

    assert world.ask() == {
        "state": "preparing", "progress": 0, "filename": "Rome 720p.mp4", "bytes": None, "url": None, "expiresAt": None,
    }  # fmt: skip
    world.becomes(done=25, size=100)
    assert world.ask()["progress"] == 25
    assert world.began == [(samples.VIDEO_ID, world.only.name)]
    world.becomes(state="ready")
    ready = world.ask()

    assert (ready["state"], ready["bytes"], ready["expiresAt"]) == ("ready", 100, "2026-01-02T16:00:00.000Z")
    assert ready["url"].startswith(f"https://cdn.example/{world.only.key}?Policy=")
    assert world.only.key.startswith(f"downloads/{samples.VIDEO_ID}/")
    assert len(world.began) == 1


@pytest.mark.parametrize(
    ("rendition", "sound", "tracks", "filename"),
    [
        (None, None, ("v720_abcdef", "a1"), "Rome 720p.mp4"),
        ("v360", None, ("v360", "a1"), "Rome 360p.mp4"),
        ("h720", "a0", ("h720", "a0"), "Rome 720p.mp4"),
        ("v720", "none", ("v720_abcdef",), "Rome 720p.mp4"),
        ("none", "a0", ("a0",), "Rome English.m4a"),
    ],
)
def test_one_chooses_picture_and_sound(
    rendition: str | None, sound: str | None, tracks: tuple[str, ...], filename: str
) -> None:
    world = World()

    assert world.ask(rendition, sound)["filename"] == filename
    assert world.only.tracks == tracks
    assert world.only.key.rpartition(".")[2] == filename.rpartition(".")[2]


@pytest.mark.parametrize(
    ("rendition", "sound"), [("v1080", None), (None, "a7"), ("none", "none"), ("v720_abcdef", None)]
)
def test_what_the_video_does_not_have_is_not_found(rendition: str | None, sound: str | None) -> None:
    with pytest.raises(NotFound):
        World().ask(rendition, sound)


def test_a_video_without_sound_and_one_without_picture_have_what_they_have() -> None:
    silent, heard = World(sound=()), World(renditions=(), sound=SOUND[:1])

    silent.ask()
    heard.ask()

    assert (silent.only.tracks, heard.only.tracks) == (("v720_abcdef",), ("a0",))
    assert heard.only.filename == "Rome.m4a"


def test_another_title_or_run_is_another_file() -> None:
    world = World()
    world.ask()
    for changes in ({"title": "Roma"}, {"run": "abcdef012345"}):
        world.videos.records[samples.VIDEO_ID] = replace(world.videos.records[samples.VIDEO_ID], **changes)  # type: ignore[arg-type]
        world.step.output.put(f"videos/{samples.VIDEO_ID}/abcdef012345/index.m3u8", MANIFEST)
        world.ask()

    assert len(world.downloads.records) == 3


def test_who_stands_still_is_called_again_and_who_comes_on_is_not() -> None:
    world = World()
    world.ask()
    world.now += timedelta(seconds=STALLED_SECONDS)
    world.ask()
    assert len(world.began) == 1
    world.now += timedelta(seconds=1)
    key = world.only.key
    world.ask()
    world.ask()

    assert len(world.began) == 2
    assert world.only.key == key


def test_who_stands_still_again_and_again_has_failed() -> None:
    world = World()
    world.ask()
    for _ in range(MOST_TRIES):
        world.now += timedelta(seconds=STALLED_SECONDS + 1)
        assert world.ask()["state"] == "preparing"
    world.now += timedelta(seconds=STALLED_SECONDS + 1)

    with pytest.raises(Conflict, match="could not be made"):
        world.ask()
    assert len(world.began) == 1 + MOST_TRIES


def test_so_many_files_of_a_video_are_made_at_a_time() -> None:
    world = World()
    wanted = [(rendition, sound) for rendition in ("v720", "v360") for sound in ("a0", "a1", "none")]
    for each in wanted[:AT_A_TIME]:
        world.ask(*each)
    with pytest.raises(Conflict, match="are being made"):
        world.ask(*wanted[AT_A_TIME])
    assert world.ask(*wanted[0])["state"] == "preparing"
    world.now += timedelta(seconds=STALLED_SECONDS + 1)  # nobody is at work on them any more

    assert world.ask(*wanted[AT_A_TIME])["state"] == "preparing"


def test_who_asks_at_the_same_moment_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    world, put = World(), FakeDownloads.put

    def overtaken(self: FakeDownloads, download: Download, seen: Download | None) -> bool:
        monkeypatch.setattr(FakeDownloads, "put", put)
        world.ask()
        return put(self, download, seen)

    monkeypatch.setattr(FakeDownloads, "put", overtaken)

    assert world.ask()["state"] == "preparing"
    assert len(world.began) == 1


def test_a_file_that_s3_has_taken_is_made_again() -> None:
    world = World()
    world.ask()
    world.becomes(state="ready")
    old = world.only.key
    world.step.output.delete_all("downloads/")

    assert world.ask()["state"] == "preparing"
    assert world.only.key != old


def test_what_could_not_be_made_is_tried_again_after_a_rest() -> None:
    world = World()
    world.ask()
    world.becomes(state="failed")
    with pytest.raises(Conflict, match="could not be made"):
        world.ask()
    world.now += timedelta(seconds=RESTED_SECONDS + 1)

    assert world.ask()["state"] == "preparing"
    assert len(world.began) == 2


def test_no_address_outlives_its_file() -> None:
    world = World()
    world.ask()
    made = world.now
    world.becomes(state="ready")
    old = world.only.key
    world.now = made + timedelta(days=7) - timedelta(hours=13, seconds=1)
    assert world.ask()["expiresAt"] <= "2026-01-09T03:04:05.000Z"
    world.now += timedelta(seconds=1)

    assert world.ask()["state"] == "preparing"
    assert world.only.key != old


def test_others_and_videos_that_are_not_ready_have_none() -> None:
    with pytest.raises(NotFound):
        World().ask(caller=BOB)
    with pytest.raises(Conflict, match="this one is playable"):
        World(status=Status.PLAYABLE).ask()


@pytest.mark.parametrize(
    ("by_default", "of_video", "may"),
    [(False, None, False), (True, None, True), (True, "owner", False), (False, "viewers", True)],
)
def test_viewers_may_where_the_video_or_the_platform_says_so(by_default: bool, of_video: str | None, may: bool) -> None:
    world = World(by_default, downloads=of_video)
    token = world.link()
    shown = world.step.delivering.shared(token).answer_to_strangers["downloads"]

    assert [each["name"] for each in shown] == (["h720", "v720", "v360"] if may else [])
    if may:
        assert world.step.shared(token, "", None)["state"] == "preparing"
        world.becomes(state="ready", size=5)
        assert world.step.shared(token, "", None)["expiresAt"] == "2026-01-02T04:04:05.000Z"  # as the link
    else:
        with pytest.raises(Forbidden, match="cannot be downloaded"):
            world.step.shared(token, "", None)
        assert world.began == []


def test_public_videos_are_for_everybody_where_viewers_may() -> None:
    with pytest.raises(Unauthorized):
        World(True).step.public(samples.VIDEO_ID, None)
    world = World(True, key=None)
    world.step.public(samples.VIDEO_ID, None)
    world.becomes(state="ready", size=5)

    assert world.step.public(samples.VIDEO_ID, None)["url"] == f"https://cdn.example/{world.only.key}"
    with pytest.raises(Forbidden):
        World(key=None).step.public(samples.VIDEO_ID, None)


def test_the_original_is_there_under_its_own_name() -> None:
    source = Source(f"uploads/{samples.VIDEO_ID}/source", "v1")
    videos = FakeVideos({samples.VIDEO_ID: samples.video(Status.FAILED, source=source)})
    step = Originals(videos, FakeSources({source.key: b"12345"}), lambda: samples.NOW)

    found = step.find(ANN, samples.VIDEO_ID)

    assert (found["filename"], found["bytes"], found["expiresAt"]) == ("clip.mp4", 5, "2026-01-02T04:04:05.000Z")
    assert (
        found["url"]
        == f"https://source/{source.key}?version=v1&attachment; filename=\"clip.mp4\"; filename*=UTF-8''clip.mp4"
    )
    with pytest.raises(NotFound):
        step.find(BOB, samples.VIDEO_ID)
    with pytest.raises(Conflict, match="not stored"):
        Originals(videos, FakeSources(), lambda: samples.NOW).find(ANN, samples.VIDEO_ID)
