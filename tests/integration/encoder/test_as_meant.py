"""A source is shown as its makers meant it: the right tracks, the right part of the picture, round circles."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import made
from tests.integration.encoder.test_sounds import heard
from tests.media.generate import FFMPEG, clip, decoded_frames, ffmpeg
from vod.media import webvtt

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
WITHOUT_LATIN = "1\n00:00:00,500 --> 00:00:01,000\nplain\n\n2\n00:00:01,000 --> 00:00:01,500\n"
CAFE = "Café à Zürich"


def colour(address: str, x: int, y: int, at: float = 0.0) -> tuple[int, ...]:
    """The colour (red, green, blue) of a pixel of a picture, on a grid of 64 x 36."""
    command = [FFMPEG, "-v", "error", "-nostdin", "-ss", str(at), "-i", address, "-map", "0:v:0", "-frames:v", "1"]
    command += ["-vf", "scale=64:36:flags=area,format=rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return tuple(raw[3 * (64 * y + x) : 3 * (64 * y + x) + 3])


def is_near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 40 for a, b in zip(one, other, strict=True))


def cropped(folder: Path) -> Path:
    """Red, white and red bands in 640x480, of which Matroska's own words leave the white one of 360 lines."""
    bands = "color=white:s=640x480:d=1,drawbox=h=60:color=red:t=fill,drawbox=y=420:h=60:color=red:t=fill,setsar=2"
    source = folder / "cropped.mkv"
    # VP8 has no word of its own on the pixels' shape.
    ffmpeg("-f", "lavfi", "-i", bands, "-c:v", "libvpx", "-deadline", "realtime", "-write_crc32", "0", str(source))
    data = source.read_bytes()
    for display, crop in ((b"\x54\xb0", b"\x54\xbb"), (b"\x54\xba", b"\x54\xaa")):  # RFC 9559, 5.1.4.1.28
        data, number = re.subn(display + b"\x81.", crop + b"\x81\x3c", data, count=1, flags=re.DOTALL)
        assert number == 1
    source.write_bytes(data)
    return source


def test_what_a_container_cuts_away_is_not_shown(tmp_path: Path) -> None:
    plan, _, out = made(tmp_path, cropped(tmp_path))

    top = plan.renditions[0]
    assert (top.width, top.height) == (640, 360)
    for picture in (str(out / "index.m3u8"), str(out / "poster.jpg")):
        assert is_near(colour(picture, 32, 1), (255, 255, 255))
        assert is_near(colour(picture, 32, 34), (255, 255, 255))


def test_the_film_is_shown_and_not_a_larger_still(tmp_path: Path) -> None:
    film, still, source = clip(tmp_path / "film.mp4", size="320x180"), tmp_path / "still.mov", tmp_path / "both.mov"
    ffmpeg("-f", "lavfi", "-i", "color=s=1280x720", "-frames:v", "1", "-c:v", "mjpeg", str(still))
    ffmpeg("-i", str(still), "-i", str(film), "-map", "0", "-map", "1", "-c", "copy", str(source))

    plan, _, out = made(tmp_path, source)

    assert plan.renditions[0].width == 320
    assert decoded_frames(str(out / "index.m3u8")) == 50


def test_picture_and_sound_are_of_one_programme_and_the_other_is_named(tmp_path: Path) -> None:
    small, large = clip(tmp_path / "sd.mp4", size="160x90"), clip(tmp_path / "hd.mp4", size="320x180")
    tracks = ["-map", "0:v", "-map", "0:a", "-map", "1:v", "-map", "1:a", "-c", "copy"]
    programmes = ["-program", "title=SD:st=0:st=1", "-program", "title=HD:st=2:st=3"]
    ffmpeg("-i", str(small), "-i", str(large), *tracks, *programmes, str(tmp_path / "both.ts"))

    plan, _, _ = made(tmp_path, tmp_path / "both.ts")

    assert (plan.video_index, [track.source_index for track in plan.audio]) == (2, [3])
    assert plan.warnings == ("The source has several programmes; SD was left out.",)


def test_tracks_that_begin_on_the_way_are_missed_with_a_word(tmp_path: Path) -> None:
    first, second = tmp_path / "1.ts", tmp_path / "2.ts"
    clip(first, 3)
    clip(second, 3, extra=("-mpegts_start_pid", "0x300", "-mpegts_pmt_start_pid", "0x1010", "-output_ts_offset", "3"))
    (tmp_path / "both.ts").write_bytes(first.read_bytes() + second.read_bytes())

    plan, _, _ = made(tmp_path, tmp_path / "both.ts")

    assert len(plan.warnings) == 1
    assert "Picture track 2 was left out: 3 s" in plan.warnings[0]


def test_a_description_that_comes_first_is_not_the_default(tmp_path: Path) -> None:
    described = ["-disposition:a:0", "visual_impaired", "-disposition:a:1", "0"]
    inputs = ["-f", "lavfi", "-t", "2", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-t", "2", "-i", "sine=440"]
    maps = ["-map", "0", "-map", "1", "-map", "1", "-c:a", "aac", *X264, *described]
    ffmpeg(*inputs, *maps, str(tmp_path / "a.ts"))

    plan, _, out = made(tmp_path, tmp_path / "a.ts")

    assert [track.is_default for track in plan.audio] == [False, True]
    lines = (out / "index.m3u8").read_text().splitlines()
    assert [line for line in lines if "describes-video" in line and 'NAME="Audio (audio description)"' in line]
    assert 'value="description"' in (out / "index.mpd").read_text()


def test_sound_that_is_mixed_down_does_not_overload(tmp_path: Path) -> None:
    tone = "+".join(["0.95*sin(2*PI*440*t)"])
    loud = f"aevalsrc={'|'.join([tone] * 6)}:c=5.1:d=3"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:d=3", "-f", "lavfi", "-i", loud, *X264, str(tmp_path / "a.mkv"))

    _, _, out = made(tmp_path, tmp_path / "a.mkv")

    measured = subprocess.run(
        [FFMPEG, "-nostdin", "-i", str(out / "index.m3u8"), "-map", "0:a:0", "-af", "astats", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert float(re.findall(r"Peak level dB: (-?[\d.]+)", measured)[-1]) <= 0


def test_channels_of_unknown_purpose_are_not_mixed(tmp_path: Path) -> None:
    tones = "|".join(f"0.3*sin(2*PI*{300 if channel < 2 else 2000}*t)" for channel in range(16))
    picture = ("-f", "lavfi", "-i", "testsrc2=s=320x180:d=3")
    sound = ("-f", "lavfi", "-i", f"aevalsrc={tones}:c=16c:d=3", "-c:a", "pcm_s16le")
    ffmpeg(*picture, *sound, *X264, str(tmp_path / "a.mov"))

    plan, _, out = made(tmp_path, tmp_path / "a.mov")

    assert [track.channels for track in plan.audio] == [2]
    assert plan.warnings == ("Sound track 1 has 16 channels of unknown purpose; the first two were taken.",)
    assert {pitch for pitch, _ in heard(out / "index.m3u8")} <= set(range(295, 306))


@pytest.mark.parametrize("name", ["a.mkv", "a.mxf", "a.mov"])
def test_six_channels_without_names_keep_their_centre(name: str, tmp_path: Path) -> None:
    centre = "0|0|0.3*sin(2*PI*300*t)|0|0|0"
    picture = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=3")
    sound = ("-f", "lavfi", "-i", f"aevalsrc={centre}:c=5.1:d=3", "-c:a", "pcm_s24le", "-ar", "48000")
    coded = ("-c:v", "mpeg2video", "-q:v", "4") if name == "a.mxf" else X264
    ffmpeg(*picture, *sound, *coded, str(tmp_path / name))

    plan, _, out = made(tmp_path, tmp_path / name)

    assert [track.channels for track in plan.audio] == [2, 6]
    assert {pitch for pitch, _ in heard(out / "index.m3u8")} <= set(range(295, 306))


def test_what_is_transparent_does_not_show_what_lies_beneath(tmp_path: Path) -> None:
    half = "color=magenta:s=320x180:d=1,format=rgba,geq=r=255:g=0:b=255:a='255*gte(X,160)'"
    ffmpeg("-f", "lavfi", "-i", half, "-c:v", "png", str(tmp_path / "a.mov"))

    _, _, out = made(tmp_path, tmp_path / "a.mov")

    for picture in (str(out / "index.m3u8"), str(out / "poster.jpg")):
        assert is_near(colour(picture, 8, 18), (0, 0, 0))
        assert is_near(colour(picture, 56, 18), (255, 0, 255))


def test_a_circle_stays_round_when_the_shape_changes_on_the_way(tmp_path: Path) -> None:
    parts = []
    for number, shape in enumerate(("16/15", "64/45")):
        part = tmp_path / f"{number}.ts"
        shown = f"color=white:s=720x576:r=25:d=2,setsar={shape}"
        later = ("-output_ts_offset", str(2 * number))
        ffmpeg("-f", "lavfi", "-i", shown, "-c:v", "mpeg2video", "-q:v", "2", *later, str(part))
        parts.append(part.read_bytes())
    (tmp_path / "both.ts").write_bytes(b"".join(parts))

    plan, _, out = made(tmp_path, tmp_path / "both.ts")

    top = plan.renditions[0]
    assert abs(top.width / top.height - 16 / 9) < 0.02
    manifest = str(out / "index.m3u8")
    assert is_near(colour(manifest, 1, 18, 0.5), (0, 0, 0)), "4:3 stands between two bars"
    assert is_near(colour(manifest, 32, 18, 0.5), (255, 255, 255))
    assert is_near(colour(manifest, 1, 18, 3.0), (255, 255, 255))


def test_the_ladder_is_that_of_the_largest_part(tmp_path: Path) -> None:
    parts = []
    for number, size in enumerate(("320x180", "640x360")):
        part = clip(tmp_path / f"{number}.ts", 3, size, extra=("-output_ts_offset", str(3 * number)))
        parts.append(part.read_bytes())
    (tmp_path / "both.ts").write_bytes(b"".join(parts))

    plan, _, out = made(tmp_path, tmp_path / "both.ts")

    assert (plan.renditions[0].width, plan.renditions[0].height) == (640, 360)
    assert abs(decoded_frames(str(out / "index.m3u8")) - 150) <= 2


@pytest.mark.parametrize("written_in", ["cp1252", "utf-8"])
def test_subtitles_in_an_old_character_set_keep_every_line(tmp_path: Path, written_in: str) -> None:
    (tmp_path / "s.srt").write_bytes((WITHOUT_LATIN + CAFE + "\n").encode(written_in))
    source, picture = tmp_path / "a.mkv", clip(tmp_path / "p.mkv")
    language = ["-metadata:s:s:0", "language=fre"]
    ffmpeg("-i", str(picture), "-i", str(tmp_path / "s.srt"), "-c", "copy", *language, str(source))

    _, reports, out = made(tmp_path, source)

    cues = webvtt.parse((out / "s0" / "subtitles.vtt").read_text())
    assert [cue.text for cue in cues] == ["plain", CAFE]
    assert [warning for report in reports for warning in report.warnings] == []


def test_one_crafted_line_costs_its_track_and_not_the_video(tmp_path: Path) -> None:
    script = "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
    endless = "9" * 5000
    (tmp_path / "s.ass").write_text(script + f"Dialogue: 0,{endless}:00:00.00,{endless}:00:01.00,Default,hello\n")
    source, picture = tmp_path / "a.mkv", clip(tmp_path / "p.mkv")
    ffmpeg("-i", str(picture), "-i", str(tmp_path / "s.ass"), "-c", "copy", str(source))

    _, reports, out = made(tmp_path, source)

    assert (out / "index.m3u8").exists()
    warnings = [warning for report in reports for warning in report.warnings]
    assert warnings == ["Subtitle track “Subtitles” holds no text that can be read and was left out."]


def test_two_mono_tracks_of_a_camera_are_left_and_right(tmp_path: Path) -> None:
    tones = ["-f", "lavfi", "-t", "3", "-i", "sine=440", "-f", "lavfi", "-t", "3", "-i", "anullsrc=cl=mono:r=44100"]
    picture = ["-f", "lavfi", "-t", "3", "-i", "testsrc2=s=320x180:r=25"]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-c:a", "pcm_s16le", *X264]
    ffmpeg(*picture, *tones, *maps, str(tmp_path / "a.mov"))

    plan, _, out = made(tmp_path, tmp_path / "a.mov")

    (track,) = plan.audio
    assert (track.channels, track.right_index) == (2, 2)
    assert [round(loudness(out, side)) > -40 for side in (0, 1)] == [True, False]


def loudness(out: Path, channel: int) -> float:
    """The mean level (dB) of a channel of the first sound track."""
    heard = f"pan=mono|c0=c{channel},volumedetect"
    command = [FFMPEG, "-nostdin", "-i", str(out / "index.m3u8"), "-map", "0:a:0", "-af", heard, "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"mean_volume: (-?[\d.]+)", told)[0])


def test_transparent_parts_of_vp9_are_black(tmp_path: Path) -> None:
    half = "color=magenta:s=320x180:d=1,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*gte(X,160)'"
    vp9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-auto-alt-ref", "0")
    ffmpeg("-f", "lavfi", "-i", half, *vp9, str(tmp_path / "a.webm"))

    plan, _, out = made(tmp_path, tmp_path / "a.webm")

    assert plan.decoder == "libvpx-vp9"
    assert is_near(colour(str(out / "index.m3u8"), 8, 18), (0, 0, 0))
    assert is_near(colour(str(out / "index.m3u8"), 56, 18), (255, 0, 255))
