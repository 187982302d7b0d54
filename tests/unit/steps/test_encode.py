"""The encode step against a stand-in for FFmpeg that writes known fragments (tests/e2e runs the real one)."""

import sys
import threading
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeOutput, FakeSourceFiles
from tests.unit.encoder.test_segmenter import box, fragment
from vod.encoder.journal import Journal, seal_of
from vod.encoder.report import ChunkReport
from vod.errors import EncodeInterrupted
from vod.ffmpeg import commands
from vod.media import isobmff
from vod.media.isobmff import Init
from vod.sandbox import sandbox
from vod.steps.encode import Encoder, encode

PLAN = samples.plan(samples.probe(320, 240, 20.0, audio=False)).model_copy(update={"storyboard": None})
INIT = box(b"ftyp", b"iso6") + box(b"moov", b"")
WRITE = """
import os, sys, time
target, data, progress, code = sys.argv[1:5]
fd = int(target.removeprefix("pipe:"))
os.write(int(progress.removeprefix("pipe:")), b"frame=100\\n")
stream = bytes.fromhex(data)
os.write(fd, stream)
if code == "hang": time.sleep(30)
sys.exit(int(code))
"""


@pytest.fixture(autouse=True)
def _plain_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isobmff, "parse_init", lambda _: Init(PLAN.timescale, "avc1.640015"))
    monkeypatch.setattr(sandbox, "SYSTEM_PATHS", (*sandbox.SYSTEM_PATHS, sys.prefix, sys.base_prefix))
    monkeypatch.setattr("vod.ffmpeg.poster.find", lambda *_: 0.0)
    monkeypatch.setattr("vod.ffmpeg.poster.command", lambda *_: [sys.executable, "-c", "print('jpg')"])


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    (tmp_path / "original").write_bytes(b"source")
    scratch = tmp_path / "scratch"
    return Encoder(
        "ffmpeg", scratch, FakeSourceFiles(tmp_path / "original"), FakeOutput(), lambda *_: True, threading.Event()
    )


def stand_in(monkeypatch: pytest.MonkeyPatch, segments: range, code: str, whole: bool = True) -> list[int]:
    """FFmpeg writes these segments and exits so; answers the first frames it was asked for."""
    asked: list[int] = []

    def build(
        _b: str, _s: str, _p: object, first: int, _e: object, outputs: dict[str, str], progress: str, *_: object
    ) -> list[str]:
        asked.append(first)
        ticks = PLAN.gop_frames * PLAN.frame_ticks
        fragments = [
            fragment((2 * n + half) * ticks, [PLAN.frame_ticks] * PLAN.gop_frames) for n in segments for half in (0, 1)
        ]
        data = INIT + b"".join(fragments if whole else fragments[:-1])
        return [sys.executable, "-c", WRITE, outputs["v240"], data.hex(), progress, code]

    monkeypatch.setattr(commands, "encode_command", build)
    return asked


def run(encoder: Encoder) -> ChunkReport:
    return encode(encoder, PLAN, PLAN.chunks[0])


def test_every_segment_is_stored_and_reported(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, range(5), "0")

    report = run(encoder)

    assert report.outcome == "encoded"
    assert [(s.number, s.frames) for s in report.video[0].segments] == [(n, 100) for n in range(5)]
    stored = encoder.output.sizes(f"videos/{samples.VIDEO_ID}/")
    assert {Path(key).name for key in stored} == {"init.mp4", "poster.jpg", *(f"{n:05d}.m4s" for n in range(5))}
    assert not any(encoder.scratch.rglob("*"))


@pytest.mark.parametrize("signal", ["-9", "-15"])
def test_a_killed_ffmpeg_resumes_at_the_first_missing_segment(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch, signal: str
) -> None:
    kill = "import os; os.kill(os.getpid(), {})".format(signal.removeprefix("-"))
    monkeypatch.setattr(sys.modules[__name__], "WRITE", WRITE.replace("sys.exit(int(code))", kill))
    stand_in(monkeypatch, range(3), "0", whole=False)
    with pytest.raises(EncodeInterrupted):
        run(encoder)
    monkeypatch.setattr(sys.modules[__name__], "WRITE", WRITE.replace(kill, "sys.exit(int(code))"))
    asked = stand_in(monkeypatch, range(2, 5), "0")

    report = run(encoder)

    assert asked == [2 * PLAN.segment_frames]
    assert report.resumed_at == 2
    assert [segment.number for segment in report.video[0].segments] == list(range(5))


def test_a_changed_init_segment_starts_the_chunk_over(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, range(2), "1", whole=False)
    place = encoder.scratch / samples.VIDEO_ID / samples.RUN / "chunk-00000"
    place.mkdir(parents=True)
    old = samples.track("v240", [], 1, PLAN.timescale)
    Journal(place, seal_of(encoder.token, samples.RUN, 0)).stored_init(old)
    asked = stand_in(monkeypatch, range(5), "0")

    report = run(encoder)

    assert report.outcome == "encoded"
    assert asked == [0, 0]


def test_a_source_that_ffmpeg_gives_up_on_is_refused_not_retried(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, range(2), "1")

    report = run(encoder)

    assert report.outcome == "refused"
    assert report.refusal is not None
    assert report.refusal.code == "encode_failed"


def test_being_told_to_stop_ends_ffmpeg_and_keeps_what_is_done(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, range(3), "hang")
    store = encoder.output.put

    def stop_after_two(key: str, data: bytes) -> None:
        store(key, data)
        if key.endswith("00001.m4s"):
            encoder.stop.set()

    monkeypatch.setattr(encoder.output, "put", stop_after_two)

    with pytest.raises(EncodeInterrupted, match="2 segments"):
        run(encoder)

    assert any(encoder.scratch.rglob("journal-*.jsonl"))


def test_a_deleted_video_is_not_encoded_further(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, range(2), "hang")
    unwanted = Encoder("ffmpeg", encoder.scratch, encoder.sources, encoder.output, lambda *_: False, threading.Event())

    assert run(unwanted).outcome == "cancelled"
