"""Picture and sound of odd sources are in step at the beginning, in the middle and at the end: flashes and beeps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import made
from tests.media.generate import ffmpeg
from tests.media.sync import RATE, apart, beeps, flashes, flashing, moments, whole
from vod.plan.plan import Plan

HALF = 7.2
WHOLE = 2 * HALF
ONE_FRAME = 1 / RATE
Make = Callable[[Path], Path]
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "4", "-bf", "2", "-c:a", "mp2")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-c:a", "libopus")
FLV = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
TS = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac")


def joined(name: str, coded: tuple[str, ...], *second: str) -> Make:
    """Two halves of a film as bytes, one behind the other; the second with further options of its own."""

    def make(folder: Path) -> Path:
        suffix = Path(name).suffix
        halves = [
            flashing(folder / f"{number}{suffix}", HALF, *coded, *more, begin=number * HALF)
            for number, more in enumerate([(), second])
        ]
        (folder / name).write_bytes(b"".join(half.read_bytes() for half in halves))
        return folder / name

    return make


def coded(name: str, *output: str) -> Make:
    """A whole film in other codecs."""
    return lambda folder: flashing(folder / name, WHOLE, *output)


def remuxed(name: str, *arguments: str, before: tuple[str, ...] = ()) -> Make:
    """A whole film, copied packet by packet with these options."""

    def make(folder: Path) -> Path:
        ffmpeg(*before, "-i", str(flashing(folder / "whole.mkv", WHOLE)), *arguments, "-c", "copy", str(folder / name))
        return folder / name

    return make


def of_a_long_stream(begin: int) -> Make:
    """A film in FLV whose clock (ms, 32 bits: three bytes and then the highest) begins elsewhere."""

    def make(folder: Path) -> Path:
        source = flashing(folder / "a.flv", WHOLE, *FLV)
        data, at = bytearray(source.read_bytes()), 13
        while at < len(data):
            size, (high, low) = int.from_bytes(data[at + 1 : at + 4]), (data[at + 7], data[at + 4 : at + 7])
            time = (high << 24 | int.from_bytes(low)) + begin
            data[at + 4 : at + 8] = (time & 0xFFFFFF).to_bytes(3) + (time >> 24 & 0xFF).to_bytes()
            at += 11 + size + 4
        source.write_bytes(data)
        return source

    return make


SOURCES: dict[str, Make] = {
    "mp4": lambda folder: flashing(folder / "a.mp4", WHOLE),
    "ts put together": joined("a.ts", TS),
    "ts put together, mpeg 2": joined("a.ts", MPEG2),
    "ts that jumps an hour": joined("a.ts", TS, "-output_ts_offset", "3600"),
    "ts that goes back half a second": joined("a.ts", TS, "-output_ts_offset", str(HALF - 0.5)),
    "ts that goes on": joined("a.ts", TS, "-output_ts_offset", str(HALF + 2 * ONE_FRAME)),
    "ts from 1000 s": remuxed("a.ts", "-output_ts_offset", "1000"),
    "ts near the end of its clock": remuxed("a.ts", "-output_ts_offset", "95437"),
    "vob put together": joined("a.mpg", MPEG2),
    "webm put together": joined("a.webm", VP8),
    "late sound in ts": lambda folder: flashing(folder / "a.ts", WHOLE, *TS, sound_from=5.0),
    "late sound in mkv": lambda folder: flashing(folder / "a.mkv", WHOLE, sound_from=5.0),
    "late sound in mp4": lambda folder: flashing(folder / "a.mp4", WHOLE, sound_from=5.0),
    "recorded live": remuxed("a.mkv", "-live", "1"),
    "mkv from 7.3 s": remuxed("a.mkv", "-output_ts_offset", "7.3"),
    "avi, mp3": coded("a.avi", "-c:v", "mpeg4", "-q:v", "4", "-c:a", "libmp3lame"),
    "avi, pcm": coded("a.avi", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"),
    "wmv": coded("a.wmv", "-c:v", "wmv2", "-q:v", "4", "-c:a", "wmav2"),
    "flv": coded("a.flv", *FLV),
    "flv, 25 days into a stream": of_a_long_stream(2**31 - 5000),
    "flv, 50 days into a stream": of_a_long_stream(2**32 - 5000),
    "mpg": coded("a.mpg", *MPEG2),
    "m2ts": coded("a.m2ts", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3"),
    "mxf": coded("a.mxf", "-c:v", "mpeg2video", "-q:v", "4", "-c:a", "pcm_s16le"),
    "ogg": coded("a.ogv", "-c:v", "libtheora", "-q:v", "7", "-c:a", "libvorbis"),
    "webm, vp9 and opus": coded("a.webm", "-c:v", "libvpx-vp9", *VP8[2:]),
    "mov, pcm": coded("a.mov", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le"),
    "mp4, open groups and b-frames": coded("a.mp4", "-c:v", "libx264", "-x264-params", "open-gop=1:bframes=6"),
    "mp4, mp3": coded("a.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "libmp3lame", "-ar", "44100"),
    "mp4 in fragments": remuxed("a.mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"),
    "mp4, hevc": coded("a.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=1"),
    "mkv, eac3 5.1": coded("a.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "eac3", "-ac", "6"),
    "mkv, flac": coded("a.mkv", "-c:v", "ffv1", "-c:a", "flac"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_seen_and_heard_together_stays_together(tmp_path: Path, name: str) -> None:
    plan, _, out = made(tmp_path, SOURCES[name](tmp_path))

    check(plan, out, has_all_sound="late" not in name)


def check(plan: Plan, out: Path, has_all_sound: bool = True) -> None:
    """Every flash and beep is there, and none is more than a frame from its own."""
    meant = moments(WHOLE)
    seen = flashes(whole(out / plan.renditions[0].name))
    assert len(seen) == len(meant)
    assert all(abs(one - other) <= 1.5 * ONE_FRAME for one, other in zip(seen, meant, strict=True)), seen
    heard = beeps(whole(out / plan.audio[0].name))
    assert len(heard) == len([at for at in meant if has_all_sound or at > 5])
    assert max(map(abs, apart(seen, heard))) <= ONE_FRAME, apart(seen, heard)
    assert [warning for warning in plan.warnings if "Gaps of 359" not in warning] == []


def test_a_second_header_in_flv_is_read_no_further_and_the_record_says_so(tmp_path: Path) -> None:
    source = flashing(tmp_path / "a.flv", HALF, *FLV)
    source.write_bytes(source.read_bytes() * 9)

    plan, _, out = made(tmp_path, source)

    assert plan.warnings == ("The last 88 % of the source belong to none of its tracks and were left out.",)
    assert len(flashes(whole(out / plan.renditions[0].name))) == 5


@pytest.mark.parametrize("slower", [1.005, 0.995])
def test_a_sound_clock_that_is_off_leaves_no_holes(tmp_path: Path, slower: float) -> None:
    """Beeps are where their clock says, with what is between them stretched."""
    right, source = flashing(tmp_path / "right.mkv", 40), tmp_path / "drift.mkv"
    picture, moved = ("-i", str(right), "-i", str(right)), f"setts=pts=PTS*{slower}:dts=DTS*{slower}"
    ffmpeg(*picture, "-map", "0:v", "-map", "1:a", "-c", "copy", "-bsf:a", moved, str(source))

    plan, _, out = made(tmp_path, source)

    assert plan.audio[0].drifts
    meant = [at * slower for at in moments(40)]
    heard = beeps(whole(out / "a0"))
    assert len(heard) in (len(meant), len(meant) - 1)
    assert all(abs(one - other) <= 0.02 for one, other in zip(heard, meant, strict=False))


def test_sound_that_begins_after_minutes_is_in_its_place(tmp_path: Path) -> None:
    late, part = 580, flashing(tmp_path / "part.mkv", 5)
    ffmpeg("-f", "lavfi", "-i", f"color=s=64x36:r=1:d={late + 5}", "-c:v", "libx264", str(tmp_path / "long.mkv"))
    inputs = ("-i", str(tmp_path / "long.mkv"), "-itsoffset", str(late), "-i", str(part))
    ffmpeg(*inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", str(tmp_path / "late.mkv"))

    plan, _, out = made(tmp_path, tmp_path / "late.mkv")

    assert plan.audio[0].late == late
    heard = beeps(whole(out / "a0"))
    assert heard == pytest.approx([late + at for at in moments(5)], abs=0.02)
