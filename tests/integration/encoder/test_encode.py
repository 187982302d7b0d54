"""The encode step with the real FFmpeg: what comes out is checked on decoded frames."""

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeOutput, FakeSourceFiles, FakeVideos
from tests.integration.source.test_libav import probe
from tests.media.generate import FFMPEG, clip, decoded_frames, ffmpeg, start_times
from vod import keys, profiles
from vod.encoder.report import ChunkReport
from vod.errors import EncodeInterrupted, Superseded
from vod.plan.chunks import ChunkPolicy
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.record.status import Status
from vod.steps.encode import Encoder, encode
from vod.steps.publish import Publishing

BASE = f"videos/{samples.VIDEO_ID}/{samples.RUN}/"


def planned(source: Path, chunks: int = 1, profile: str = "default") -> Plan:
    size = source.stat().st_size
    stored = SourceObject(bucket="b", key=keys.source_key(samples.VIDEO_ID), version=None, size=size)
    policy = ChunkPolicy(least_seconds=Fraction(1), most=chunks)
    return make_plan(samples.VIDEO_ID, samples.RUN, stored, probe(source), policy, profiles.named(profile))


def encoder(tmp_path: Path, source: Path, output: FakeOutput, stop: threading.Event | None = None) -> Encoder:
    files = FakeSourceFiles(source)
    return Encoder(FFMPEG, tmp_path / "scratch", files, output, lambda *_: True, stop or threading.Event())


def publish(output: FakeOutput, plan: Plan) -> dict[str, object]:
    output.put(keys.plan_key(plan.video_id, plan.run), plan.model_dump_json().encode())
    videos = FakeVideos({plan.video_id: samples.video(Status.TRANSCODING)})
    return Publishing(videos, output, FakeEvents(), FakeMetrics()).publish(plan.video_id, plan.run)


def laid_out(output: FakeOutput, folder: Path) -> Path:
    """The run as files, as the CDN would serve it."""
    for key, data in output.objects.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / BASE


def made(
    tmp_path: Path, source: Path, chunks: int = 1, profile: str = "default"
) -> tuple[Plan, list[ChunkReport], Path]:
    output, plan = FakeOutput(), planned(source, chunks, profile)
    reports = [encode(encoder(tmp_path, source, output), plan, chunk) for chunk in plan.chunks]
    assert [report.refusal for report in reports if report.refusal] == []
    assert publish(output, plan) == {"outcome": "published"}
    return plan, reports, laid_out(output, tmp_path / f"out{chunks}")


def pictures(address: str, rate: str) -> list[bytes]:
    """Every picture as 16x9 grey pixels, on the grid of `rate`."""
    command = [FFMPEG, "-v", "error", "-nostdin", "-i", address, "-map", "0:v:0"]
    command += ["-vf", f"fps={rate},scale=16:9:flags=area,format=gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return [raw[at : at + 144] for at in range(0, len(raw), 144)]


def distance(one: bytes, other: bytes) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def misplaced(made: list[bytes], source: list[bytes]) -> list[int]:
    """Pictures that look more like a neighbour of their source picture than like it."""
    wrong = []
    for number, picture in enumerate(made):
        near = range(max(0, number - 3), min(len(source), number + 4))
        best = min(near, key=lambda other: distance(picture, source[other]))
        if distance(picture, source[best]) < distance(picture, source[number]):
            wrong.append(number)
    return wrong


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {"rate": "30000/1001"}),
        ("a.mkv", {"rate": "24"}),
        ("a.ts", {"rate": "50", "extra": ("-output_ts_offset", "1000")}),
        ("a.flv", {"rate": "25"}),
        ("a.mov", {"rate": "25", "extra": ("-vf", "setsar=2")}),
    ],
)
def test_as_many_frames_come_out_as_went_in_at_every_rung(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    source = clip(tmp_path / name, seconds=9, size="640x360", **options)  # type: ignore[arg-type]

    plan, _, out = made(tmp_path, source)

    assert len(plan.renditions) == 2
    frames = decoded_frames(str(source))
    for manifest in ("index.m3u8", "index.mpd"):
        for rung in range(2):
            assert decoded_frames(str(out / manifest), f"0:v:{rung}") == frames


def test_a_single_picture_that_lasts_a_moment_becomes_a_video(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mkv", seconds=0.001, rate="1000", sound=False)

    plan, _, out = made(tmp_path, source)

    assert plan.frames == 1
    assert decoded_frames(str(out / "index.m3u8")) == 1


def test_the_comparison_of_pictures_notices_a_shift(tmp_path: Path) -> None:
    source = pictures(str(clip(tmp_path / "a.mp4")), "25")

    assert misplaced(source, source) == []
    assert len(misplaced(source[1:], source)) > 40


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("closed.mp4", {"rate": "30000/1001"}),
        ("open.mp4", {"extra": ("-preset", "medium", "-x264-params", "open-gop=1:keyint=50:min-keyint=50")}),
        ("long_gop.mkv", {"rate": "24", "extra": ("-g", "240")}),
        ("late.mkv", {"extra": ("-output_ts_offset", "7.3")}),
        ("fragmented.mp4", {"extra": ("-movflags", "+frag_keyframe+empty_moov")}),
        (
            "stream.ts",
            {
                "extra": (
                    "-g",
                    "250",
                )
            },
        ),
    ],
)
def test_chunks_give_the_same_frames_as_one_piece(tmp_path: Path, name: str, options: dict[str, object]) -> None:
    source = clip(tmp_path / name, seconds=26, size="320x240", **options)  # type: ignore[arg-type]

    whole, _, one = made(tmp_path, source)
    plan, _, many = made(tmp_path, source, chunks=3)

    assert len(plan.chunks) == (4 if plan.is_seekable else 1)
    rate = f"{plan.rate.num}/{plan.rate.den}"
    expected = pictures(str(source), rate)
    assert len(pictures(str(one / "index.m3u8"), rate)) == whole.frames
    found = pictures(str(many / "index.m3u8"), rate)
    assert len(found) == len(expected) == whole.frames
    assert misplaced(found, expected) == []
    assert (many / "v240" / "init.mp4").read_bytes() == (one / "v240" / "init.mp4").read_bytes()
    assert decoded_frames(str(many / "index.mpd")) == len(expected)


def test_sound_and_picture_start_together_in_both_manifests(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=5)

    _, _, out = made(tmp_path, source)

    for manifest in ("index.m3u8", "index.mpd"):
        picture, sound = start_times(str(out / manifest))
        assert abs(picture) < 0.001
        assert abs(sound - picture) < 0.04


def test_a_late_sound_stays_late(tmp_path: Path) -> None:
    plain = clip(tmp_path / "a.mp4", seconds=4)
    late = tmp_path / "late.mkv"
    ffmpeg("-i", str(plain), "-itsoffset", "1", "-i", str(plain), "-map", "0:v", "-map", "1:a", "-c", "copy", str(late))

    _, _, out = made(tmp_path, late)

    silence = ffmpeg(
        "-i", str(out / "index.m3u8"), "-af", "silencedetect=n=-50dB:d=0.5,ametadata=print:file=-", "-f", "null", "-"
    )
    ends = [line for line in silence.splitlines() if "silence_end" in line]
    assert ends
    assert abs(float(ends[0].split("=")[1]) - 1) < 0.06


def interrupt(tmp_path: Path, source: Path, output: FakeOutput, plan: Plan, after: str) -> None:
    """Encode the first chunk until an object whose key ends so is stored."""
    stop, store = threading.Event(), output.put

    def stop_then(key: str, data: bytes) -> None:
        store(key, data)
        if key.endswith(after):
            stop.set()

    output.put = stop_then  # type: ignore[method-assign]
    with pytest.raises(EncodeInterrupted):
        encode(encoder(tmp_path, source, output, stop), plan, plan.chunks[0])
    del output.put


def test_an_interrupted_encode_resumes_and_ends_with_the_same_frames(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=30, size="640x360")
    output, plan = FakeOutput(), planned(source)
    interrupt(tmp_path, source, output, plan, after="v360/00002.m4s")

    report = encode(encoder(tmp_path, source, output), plan, plan.chunks[0])

    assert report.resumed_at >= 1
    assert publish(output, plan) == {"outcome": "published"}
    out = laid_out(output, tmp_path / "out")
    assert decoded_frames(str(out / "index.m3u8"), "0:v:0") == decoded_frames(str(source)) == 750


def test_progress_and_what_can_be_played_follow_what_is_stored_not_what_ffmpeg_says_of_its_outputs(
    tmp_path: Path,
) -> None:
    """The storyboard of a film under 100 s opens at its end, and FFmpeg says nothing before every output is open."""
    source = clip(tmp_path / "a.mp4", seconds=60, size="640x360")
    output, plan = FakeOutput(), planned(source)
    told: list[tuple[int, bool, int]] = []
    stored = f"{BASE}v360/"

    def wanted(frames: int, is_more: bool) -> bool:
        told.append((frames, is_more, sum(key.startswith(stored) for key in output.objects)))
        return True

    encode(replace(encoder(tmp_path, source, output), on_frames=wanted), plan, plan.chunks[0])

    frames = [each[0] for each in told]
    segments = max(count for *_, count in told) - 1
    early = [each for each in told if 2 <= each[2] < segments / 2]
    assert frames == sorted(frames)
    assert frames[-1] == 1500
    assert any(0 < each[0] < 1000 for each in early)
    assert any(is_more for _, is_more, _ in early)


def test_of_two_encoders_at_work_on_a_chunk_the_first_ends_and_the_result_is_whole(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=30, size="640x360")
    output, plan = FakeOutput(), planned(source)
    has_begun, is_taken_over = threading.Event(), threading.Event()
    put = output.put

    def held(key: str, data: bytes) -> None:
        put(key, data)
        if key.endswith("v360/00001.m4s") and not has_begun.is_set():
            has_begun.set()
            assert is_taken_over.wait(60)

    first = replace(encoder(tmp_path, source, output), disk=tmp_path / "one")
    second = replace(encoder(tmp_path, source, output), disk=tmp_path / "other")
    output.put = held  # type: ignore[method-assign]

    with ThreadPoolExecutor(2) as both:
        ended = both.submit(encode, first, plan, plan.chunks[0])
        assert has_begun.wait(60)
        whole = both.submit(
            encode, replace(second, on_frames=lambda *_: is_taken_over.set() or True), plan, plan.chunks[0]
        )

    assert isinstance(ended.exception(), Superseded)
    assert whole.result().outcome == "encoded"
    assert publish(output, plan) == {"outcome": "published"}
    out = laid_out(output, tmp_path / "out")
    assert decoded_frames(str(out / "index.m3u8"), "0:v:0") == decoded_frames(str(source)) == 750


def test_chunks_read_little_more_than_the_source_and_lose_nothing(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=200, size="640x480", rate="10", extra=("-g", "20", "-crf", "10"))
    output, plan = FakeOutput(), planned(source, chunks=3)
    files = FakeSourceFiles(source)
    pictures_of = [chunk for chunk in plan.chunks if chunk.video]

    for chunk in pictures_of:
        encode(replace(encoder(tmp_path, source, output), sources=files), plan, chunk)
    encode(encoder(tmp_path, source, output), plan, plan.chunks[-1])

    assert len(pictures_of) == 3
    assert files.bytes_read < 1.2 * source.stat().st_size
    assert publish(output, plan) == {"outcome": "published"}
    out = laid_out(output, tmp_path / "out")
    expected = pictures(str(source), "10")
    assert misplaced(pictures(str(out / "index.m3u8"), "10"), expected) == []


def test_every_language_is_a_rendition_and_text_subtitles_are_in_both_manifests(tmp_path: Path) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:02,500\nHello <there>\n")
    plain, source = clip(tmp_path / "a.mp4", seconds=4), tmp_path / "all.mkv"
    inputs = ("-i", str(plain), "-i", str(plain), "-i", str(words))
    languages = (
        "-metadata:s:a:0",
        "language=eng",
        "-metadata:s:a:1",
        "language=ger",
        "-metadata:s:s:0",
        "language=eng",
    )
    ffmpeg(*inputs, "-map", "0:v", "-map", "0:a", "-map", "1:a", "-map", "2:s", *languages, "-c:v", "copy", str(source))

    plan, _, out = made(tmp_path, source)

    playlist = (out / "index.m3u8").read_text()
    assert [track.label for track in plan.audio] == ["English", "Deutsch"]
    assert 'TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en"' in playlist
    assert "00:01.000 --> 00:00:02.500" in (out / "s0" / "subtitles.vtt").read_text()
    assert 'codecs="wvtt"' in (out / "index.mpd").read_text()
    assert b"paylHello" in (out / "s0" / "00000.m4s").read_bytes()
    assert decoded_frames(str(out / "index.m3u8")) == decoded_frames(str(out / "index.mpd")) == 100
