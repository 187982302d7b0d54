"""FFmpeg reads a source that still arrives: what it decodes is the same, and the first segment needs only the beginning."""

import random
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.fakes import FakeOutput, FakeSourceFiles
from tests.integration.encoder.test_encode import BASE, encoder, laid_out, planned, publish
from tests.media.generate import FFMPEG, clip, decoded_frames
from vod.ffmpeg import runner
from vod.plan.plan import Plan, SourceObject
from vod.sandbox import sandbox, watched_reads
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import Sandbox
from vod.source import arriving
from vod.source.arriving import ArrivingFile
from vod.steps.encode import encode

BUDGET = Budget(cpu_seconds=60, wall_seconds=60, memory_bytes=2**30, output_bytes=2**24)
FASTSTART = {"extra": ("-movflags", "+faststart")}


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "PIECE_BYTES", 2**15)


class Slow(FakeSourceFiles):
    """A source of which each piece takes a moment."""

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        time.sleep(random.random() / 100)
        return super().read(source, first, end)


def decoded(path: Path, source: ArrivingFile | None = None) -> bytes:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0", "-f", "framemd5", "-"]
    return runner.capture(command, Sandbox(BUDGET, (str(path),), source=source))


def slow(original: Path) -> arriving.Read:
    files, size = Slow(original), original.stat().st_size
    source = SourceObject(bucket="b", key="k", version="v", size=size)
    return lambda first, end: files.read(source, first, end)


@pytest.mark.parametrize(
    ("name", "options"),
    [("end.mp4", {}), ("first.mp4", FASTSTART), ("a.mkv", {}), ("a.ts", {}), ("a.avi", {}), ("a.flv", {})],
)
@pytest.mark.parametrize("is_watchable", [True, False])
def test_what_is_decoded_of_it_is_what_the_whole_file_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, object], is_watchable: bool
) -> None:
    original = clip(tmp_path / name, seconds=8, size="320x240", **options)  # type: ignore[arg-type]
    if not is_watchable:
        monkeypatch.setattr(watched_reads, "_SECCOMP", {})
    size = original.stat().st_size

    with ArrivingFile(tmp_path / "copy", size, [(0, size)], slow(original)) as source:
        found = decoded(tmp_path / "copy", source)
        source.check()

    assert found == decoded(original)
    assert found.count(b"\n") > 200


@pytest.mark.parametrize("is_watchable", [True, False])
def test_time_that_its_bytes_take_is_not_taken_from_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_watchable: bool
) -> None:
    original = clip(tmp_path / "a.mp4", seconds=8, size="320x240")
    if not is_watchable:
        monkeypatch.setattr(watched_reads, "_SECCOMP", {})
    size, data = original.stat().st_size, original.read_bytes()

    def late(first: int, end: int) -> bytes:
        time.sleep(3)
        return data[first:end]

    def run(source: ArrivingFile) -> runner.Finished:
        short = Sandbox(replace(BUDGET, wall_seconds=2), (str(source.path),), source=source)
        command = [FFMPEG, "-v", "error", "-i", str(source.path), "-f", "null", "-"]
        return runner.run(lambda *_: command, [], read_all, lambda *_: True, threading.Event(), short)

    with ArrivingFile(tmp_path / "copy", size, [(0, size)], late) as source:
        finished = run(source)

    assert (finished.exit_code, finished.exceeded) == (0, None)
    assert finished.seconds > 2


def read_all(_: str, pipe: BinaryIO) -> None:
    pipe.read()


def test_who_waits_for_its_bytes_is_confined_as_ever(tmp_path: Path) -> None:
    command = [FFMPEG, "-protocol_whitelist", "tcp", "-i", "tcp://127.0.0.1:9"]
    source = ArrivingFile(tmp_path / "copy", 10, [(0, 10)], lambda first, end: bytes(end - first))

    process = sandbox.start(command, Sandbox(BUDGET, source=source), subprocess.DEVNULL, subprocess.PIPE)
    said = process.communicate()[1].decode()

    assert "Operation not permitted" in said


def test_reads_outside_of_what_was_planned_have_their_bytes_too(tmp_path: Path) -> None:
    original = clip(tmp_path / "a.mp4", seconds=8, size="320x240")
    size = original.stat().st_size

    with ArrivingFile(tmp_path / "copy", size, [(0, 1000)], slow(original)) as source:
        source.wait_for(0, 2000)
        source._there.discard((0, 1000))  # so that it counts as arriving
        found = decoded(tmp_path / "copy", source)

    assert found == decoded(original)


def encoded(tmp_path: Path, original: Path, output: FakeOutput, files: FakeSourceFiles, plan: Plan) -> object:
    encode(replace(encoder(tmp_path, original, output), sources=files), plan, plan.chunks[0])
    return publish(output, plan)


class Gated(FakeSourceFiles):
    """A source of which only the beginning and the end come before something has happened."""

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        if source.size // 2 < first < source.size - 2**16:
            assert self.happened.wait(60), "nothing is stored before everything is fetched"
        return super().read(source, first, end)

    def until(self, happened: threading.Event) -> "Gated":
        self.happened = happened
        return self


# Of a transport stream FFmpeg looks at 5 MB before it begins.
@pytest.mark.parametrize("name", ["end.mp4", "a.mkv"])
def test_the_first_segments_of_picture_and_sound_are_stored_before_the_source_is_there(
    tmp_path: Path, name: str
) -> None:
    original = clip(tmp_path / name, seconds=32, size="320x240")
    output, plan = FakeOutput(), planned(original)
    stored = threading.Event()
    files = Gated(original).until(stored)
    put, had = output.put, []

    def note(key: str, data: bytes) -> None:
        put(key, data)
        if {f"{BASE}v240/00000.m4s", f"{BASE}a0/00000.m4s"} <= output.objects.keys() and not stored.is_set():
            had.append(files.bytes_read)
            stored.set()

    output.put = note  # type: ignore[method-assign]

    assert encoded(tmp_path, original, output, files, plan) == {"outcome": "published"}

    assert had[0] < 0.75 * original.stat().st_size
    assert decoded_frames(str(laid_out(output, tmp_path / "out") / "index.m3u8")) == decoded_frames(str(original))


class Broken(FakeSourceFiles):
    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        if first > source.size // 2:
            raise ConnectionError("no network")
        return super().read(source, first, end)


def test_a_source_that_cannot_be_fetched_to_its_end_is_not_called_damaged(tmp_path: Path) -> None:
    original = clip(tmp_path / "a.mkv", seconds=20, size="320x240")
    output, plan = FakeOutput(), planned(original)

    with pytest.raises(ConnectionError, match="no network"):
        encoded(tmp_path, original, output, Broken(original), plan)

    assert not any("report" in key for key in output.objects)
