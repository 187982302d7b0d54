"""Playlists of keyframes: the bytes that they name are exactly one picture, the first of its segment."""

import subprocess
from pathlib import Path

import m3u8
import pytest

from tests.integration.encoder.test_encode import distance, made, pictures
from tests.media.generate import FFMPEG, clip


def alone(data: bytes) -> list[bytes]:
    """Every picture that FFmpeg finds in these bytes, 16x9 in grey; any complaint is an error."""
    command = [FFMPEG, "-v", "error", "-nostdin", "-i", "pipe:0", "-map", "0:v:0", "-fps_mode", "passthrough"]
    command += ["-vf", "scale=16:9:flags=area,format=gray", "-f", "rawvideo", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return [done.stdout[at : at + 144] for at in range(0, len(done.stdout), 144)]


@pytest.mark.parametrize("profile", ["default", "hevc", "av1"])
def test_init_and_range_decode_to_the_first_picture_of_the_segment_alone(tmp_path: Path, profile: str) -> None:
    source = clip(tmp_path / "a.mp4", seconds=9, size="320x240")

    plan, reports, out = made(tmp_path, source, chunks=2, profile=profile)

    assert {segment.key_bytes for report in reports for sound in report.audio for segment in sound.segments} == {0}
    for rendition in plan.renditions:
        folder = out / rendition.name
        playlist = m3u8.load(str(folder / "iframes.m3u8"))
        shown = pictures(str(folder / "index.m3u8"), "25")
        assert len(playlist.segments) == 3
        for number, segment in enumerate(playlist.segments):
            length, begin = map(int, segment.byterange.split("@"))
            data = (folder / segment.uri).read_bytes()
            found = alone((folder / "init.mp4").read_bytes() + data[begin : begin + length])
            assert len(found) == 1
            assert distance(found[0], shown[number * plan.segment_frames]) == 0
            assert 0 < length < len(data)
