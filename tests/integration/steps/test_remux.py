"""The file of a download, made of a real run: whole, however often its making is broken off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeSources, FakeVideos, FolderOutput
from tests.media import decoded
from tests.media.generate import clip
from tests.media.in_process import encoded, published
from tests.media.test_chunks import planned
from tests.unit.steps.test_downloads import FakeDownloads
from vod.errors import NotFound
from vod.ports.buckets import Part
from vod.record.download import MOST_TRIES, Download
from vod.record.status import Status
from vod.steps.remux import RESERVE_SECONDS, Remuxing

NAME = "the download"
ASKED = Download(
    samples.VIDEO_ID, NAME, samples.RUN, ("v96", "a0"), "Rome 96p.mp4", "downloads/x/y.mp4", 0, 2**31, "en"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    film = clip(folder / "film.mp4", seconds=5, size="192x108")
    plan = planned(film, 1, "default")
    encoded(plan, film, folder)
    published(plan, folder)
    return folder


@dataclass
class Calls:
    asked: list[tuple[str, str]] = field(default_factory=list)

    def remux(self, video_id: str, download: str) -> None:
        self.asked.append((video_id, download))


class World:
    def __init__(self, folder: Path, asked: Download = ASKED, part_bytes: int = 1000, **changes: object) -> None:
        self.files, self.calls = FakeSources(), Calls()
        self.downloads = FakeDownloads({(asked.video_id, asked.name): asked})
        video = samples.video(**({"status": Status.READY, "title": "Rome"} | changes))  # type: ignore[arg-type]
        self.videos = FakeVideos({samples.VIDEO_ID: video})
        self.step = Remuxing(
            self.videos,
            self.downloads,
            FolderOutput(folder),
            self.files,
            self.calls,
            lambda: samples.NOW,
            part_bytes,
        )

    def remux(self, left: Callable[[], float] = lambda: 900) -> str:
        return self.step.remux(samples.VIDEO_ID, NAME, left)

    @property
    def record(self) -> Download:
        return self.downloads.records[samples.VIDEO_ID, NAME]

    @property
    def made(self) -> bytes:
        return self.files.objects[ASKED.key]


def minutes(parts: int) -> Callable[[], float]:
    """Time for so many parts."""
    left: Iterator[float] = iter([900.0] * parts)
    return lambda: next(left, RESERVE_SECONDS - 1)


def test_it_is_whole_and_says_so(run: Path, tmp_path: Path) -> None:
    world = World(run)

    assert world.remux() == "ready"

    assert (world.record.state, world.record.size, world.record.done) == ("ready", len(world.made), len(world.made))
    (tmp_path / "rome.mp4").write_bytes(world.made)
    seen, _ = decoded.tracks(tmp_path / "rome.mp4")
    assert [seen] == decoded.tracks(run / "videos" / samples.VIDEO_ID / samples.RUN / "v96" / "index.m3u8")
    assert world.remux() == "unwanted"  # an event that comes twice
    assert world.files.begun == 1


def test_who_runs_out_of_time_is_followed_by_others(run: Path) -> None:
    whole, world = World(run, part_bytes=1 << 30), World(run)
    whole.remux()
    outcomes = []
    for _ in count():
        outcomes.append(world.remux(minutes(3)))
        if outcomes[-1] != "goes on":
            break
        assert 0 < world.record.done < len(whole.made)

    assert outcomes[-1] == "ready"
    assert len(outcomes) == -(-len(whole.made) // 3000)
    assert world.calls.asked == [(samples.VIDEO_ID, NAME)] * (len(outcomes) - 1)
    assert world.made == whole.made


def test_who_is_killed_leaves_parts_that_are_not_made_again(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, put = World(run), FakeSources.put_part
    numbers: list[int] = []

    def killed(self: FakeSources, key: str, upload: str, number: int, data: bytes) -> Part:
        if number == 7:
            raise OSError("killed")
        numbers.append(number)
        return put(self, key, upload, number, data)

    monkeypatch.setattr(FakeSources, "put_part", killed)
    with pytest.raises(OSError, match="killed"):
        world.remux()
    before = list(numbers)
    monkeypatch.setattr(FakeSources, "put_part", lambda *given: numbers.append(given[3]) or put(*given))

    assert world.remux() == "ready"
    assert len(before) >= 6
    assert sorted(numbers) == sorted(set(numbers))


@pytest.mark.parametrize("changes", [{"status": Status.DELETING}, {"run": "abcdef012345"}])
def test_what_nobody_wants_any_more_is_not_made(run: Path, changes: dict[str, object]) -> None:
    assert World(run, **changes).remux() == "unwanted"


def test_what_is_deleted_while_it_is_made_does_not_come_back(run: Path) -> None:
    world = World(run)

    def left() -> float:
        if world.files.multiparts:
            world.videos.delete(samples.VIDEO_ID)
        return 900

    assert world.remux(left) == "unwanted"
    assert (world.files.objects, world.files.multiparts) == ({}, {})


def test_two_at_once_make_one_file(run: Path) -> None:
    world = World(run)

    def left() -> float:
        """Somebody else is done before the first part of this one."""
        if world.files.multiparts and not world.files.objects:
            assert World.remux(world) == "ready"
        return 900

    assert world.remux(left) == "unwanted"
    assert world.record.state == "ready"
    assert len(world.files.objects) == 1


def test_parts_that_are_gone_are_made_anew(run: Path) -> None:
    world = World(run, replace(ASKED, upload_id="expired"))

    assert world.remux() == "ready"
    assert len(world.files.objects) == 1


def test_parts_that_go_while_it_is_made_are_made_anew(run: Path) -> None:
    world = World(run)

    def left() -> float:
        world.files.multiparts.clear()  # as a lifecycle rule does
        return 900

    assert world.remux(left) == "goes on"
    assert (world.record.upload_id, world.record.tries) == (None, 1)
    assert world.remux() == "ready"


def test_who_never_has_the_time_for_a_part_fails_at_last(run: Path) -> None:
    world = World(run)

    outcomes = [world.remux(lambda: 0) for _ in range(MOST_TRIES + 1)]

    assert outcomes == ["goes on"] * MOST_TRIES + ["failed"]
    assert world.record.state == "failed"


def test_a_file_that_was_joined_by_who_was_taken_for_dead_is_ready(run: Path) -> None:
    world = World(run)
    world.remux()
    world.downloads.records[samples.VIDEO_ID, NAME] = replace(world.record, state="preparing")

    assert world.remux() == "ready"
    assert world.files.begun == 1


@pytest.mark.parametrize("tracks", [("v1", "a0"), ("v96", "a9")])
def test_segments_that_are_not_there_are_told(run: Path, tracks: tuple[str, ...]) -> None:
    world = World(run, replace(ASKED, tracks=tracks))

    assert world.remux() == "failed"
    assert world.record.state == "failed"


def test_a_download_that_nobody_asked_for_is_none(run: Path) -> None:
    assert World(run, replace(ASKED, name="another")).remux() == "unwanted"
    with pytest.raises(NotFound):
        FakeSources().put_part("k", "u", 1, b"")
