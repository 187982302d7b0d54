"""Subtitles with the real FFmpeg: cues on time, and readable through both manifests' shapes."""

import subprocess
from pathlib import Path

import pytest

from tests.media.corpus import corpus_file
from tests.media.generate import FFMPEG, clip, ffmpeg
from tests.media.teletext import teletext
from vod.encoder import wvtt
from vod.manifest.subtitles import VARIANT_ATTRIBUTE, hls_line, hls_playlist
from vod.media.webvtt import Cue, parse
from vod.plan import subtitles
from vod.plan.subtitles import SubtitleRendition, renditions, sanitised, vtt_name
from vod.source.probe import SubtitleTrack

SUBRIP = """1
00:00:00,200 --> 00:00:01,500
Hello <i>you</i> & me

2
00:00:02,000 --> 00:00:99,000


3
00:00:03,000 --> 00:00:09,500
{\\an8}later
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Alignment
Style: Default,Arial,20,&H00FFFFFF,0,0,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.50,0:00:02.00,Default,,0,0,0,,{\\i1}Hello{\\i0} world\\N\\Nagain
Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100 0 100{\\p0}
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\pos(10,20)\\fad(200,200)}si{\\k20}gn
Dialogue: 1,0:00:03.00,0:00:04.00,Default,,0,0,0,,sign
"""


def read(source: Path, track: SubtitleRendition, seconds: float, start: float = 0) -> list[Cue]:
    pinned = ["-f", "mpegts"] if source.suffix == ".ts" else []
    opened = ["-copyts", "-itsoffset", f"{-start:.6f}", *pinned, "-i", str(source)]
    command = subtitles.command(FFMPEG, opened, track)
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return parse(sanitised(text, seconds) or "")


def with_subtitles(folder: Path, name: str, text: str, *options: str) -> Path:
    """Six seconds of video whose second track are subtitles."""
    script = folder / ("s.ass" if "[Events]" in text else "s.srt")
    script.write_text(text)
    picture = clip(folder / "picture.mkv", seconds=6, sound=False)
    ffmpeg(
        "-i", str(picture), "-i", str(script), "-map", "0", "-map", "1", "-c:v", "copy", *options, str(folder / name)
    )
    return folder / name


def rendition(index: int, codec: str) -> SubtitleRendition:
    return renditions([SubtitleTrack(index=index, codec=codec)])[0]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [("a.mkv", "subrip", ()), ("a.mp4", "mov_text", ("-c:s", "mov_text")), ("b.mkv", "ass", ("-c:s", "ass"))],
)
def test_cues_keep_their_times_and_words(tmp_path: Path, name: str, codec: str, options: tuple[str, ...]) -> None:
    source = with_subtitles(tmp_path, name, SUBRIP, *options)

    cues = read(source, rendition(1, codec), 6)

    assert cues == [Cue(0.2, 1.5, "Hello <i>you</i> &amp; me"), Cue(3, 6, "later")]


def test_times_count_from_the_plans_zero(tmp_path: Path) -> None:
    source = with_subtitles(tmp_path, "late.mkv", SUBRIP, "-output_ts_offset", "10")

    assert [cue.start for cue in read(source, rendition(1, "subrip"), 6, start=10)] == [0.2, 3]
    assert [cue.start for cue in read(source, rendition(1, "subrip"), 6, start=11)] == [0, 2]


def test_what_ass_draws_and_repeats_is_gone_and_its_words_stay(tmp_path: Path) -> None:
    source = with_subtitles(tmp_path, "a.mkv", ASS, "-c:s", "copy")

    cues = read(source, rendition(1, "ass"), 6)

    assert cues == [Cue(0.5, 2, "<i>Hello</i> world\nagain"), Cue(3, 4, "sign")]


def test_webvtt_in_webm_is_read(tmp_path: Path) -> None:
    source = with_subtitles(tmp_path, "plain.mkv", SUBRIP, "-c:s", "webvtt")

    assert [cue.start for cue in read(source, rendition(1, "webvtt"), 6)] == [0.2, 3]


def test_teletext_subtitles_become_text(tmp_path: Path) -> None:
    screens = [(10.0, ["Hello teletext"]), (12.0, []), (13.0, ["Second line", "and third"]), (15.5, [])]
    source = teletext(tmp_path / "t.ts", screens)

    cues = read(source, rendition(0, "dvb_teletext"), 60, start=10)

    assert cues == [Cue(0, 2, "Hello teletext"), Cue(3, 5.5, "Second line\nand third")]


@pytest.mark.parametrize(
    ("name", "index", "codec", "first"),
    [
        ("mkv_srt.mkv", 2, "subrip", Cue(0, 1.234, "This is the first subtitle.")),
        ("mkv_ass.mkv", 2, "ass", Cue(0, 0.5, "This is the first subtitle.")),
    ],
)
def test_real_files_are_read(name: str, index: int, codec: str, first: Cue) -> None:
    assert read(corpus_file(name), rendition(index, codec), 60)[0] == first


def test_ffmpeg_plays_them_from_an_hls_playlist(tmp_path: Path) -> None:
    track = rendition(0, "subrip")
    picture = clip(tmp_path / "picture.ts", seconds=6, sound=False, extra=("-muxdelay", "0", "-muxpreload", "0"))
    (tmp_path / "s0").mkdir()
    (tmp_path / vtt_name("s0")).write_text(sanitised(SUBRIP, 6) or "")
    (tmp_path / "s0" / "index.m3u8").write_text(hls_playlist(track, 6))
    (tmp_path / "v.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{picture.name}\n#EXT-X-ENDLIST\n")
    variant = f"#EXT-X-STREAM-INF:BANDWIDTH=100000{VARIANT_ATTRIBUTE}\nv.m3u8"
    (tmp_path / "index.m3u8").write_text(f"#EXTM3U\n{hls_line(track)}\n{variant}\n")

    told = ffmpeg(
        "-copyts", "-allowed_extensions", "ALL", "-i", str(tmp_path / "index.m3u8"), "-map", "0:s", "-f", "srt", "-"
    )

    # FFmpeg 9 loses the first cue of every HLS subtitle playlist, ours or not; players do not.
    assert parse(told) == [Cue(3, 6, "later")]


def test_ffmpeg_reads_the_cmaf_track_sample_by_sample(tmp_path: Path) -> None:
    _, files = wvtt.packaged("s0", [Cue(1, 4, "one"), Cue(3, 6, "two")], 301)
    (tmp_path / "s.mp4").write_bytes(b"".join(files.values()))

    told = ffmpeg("-i", str(tmp_path / "s.mp4"), "-map", "0", "-c", "copy", "-f", "framecrc", "-")

    packets = [line.split(",")[2:5] for line in told.splitlines() if not line.startswith("#")]
    assert [(int(start), int(ticks)) for start, ticks, _ in packets] == [
        (0, 1000),
        (1000, 2000),
        (3000, 1000),
        (4000, 2000),
        (6000, 294_000),
        (300_000, 1000),
    ]
    sizes = [int(size) for _, _, size in packets]
    assert sizes[2] == sizes[1] + sizes[3] > sizes[0] == sizes[4] == sizes[5] == 8
