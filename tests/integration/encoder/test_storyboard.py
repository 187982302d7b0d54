"""The storyboard with the real FFmpeg: every frame carries its number in its greys, every tile must show its own."""

import subprocess
from pathlib import Path

import pytest

from tests.media.generate import FFMPEG, ffmpeg
from vod.media.color import Color
from vod.media.webvtt import parse
from vod.plan import storyboard
from vod.plan.storyboard import Sheet, Storyboard, plan_storyboard, sheets
from vod.source.probe import Rate


def numbered(target: Path, rate: str, frames: int) -> Path:
    """Frame N is grey 20 + 13 * (N % 16) on the left half and 20 + 13 * (N // 16) on the right one."""
    greys = r"20+13*if(lt(X\,W/2)\,mod(N\,16)\,floor(N/16))"
    drawn = f"nullsrc=size=64x36:rate={rate},format=yuv420p,geq=lum={greys}:cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", drawn, "-frames:v", str(frames), "-preset", "ultrafast", "-qp", "4", str(target))
    return target


def drawn_sheets(source: Path, board: Storyboard, first: int = 0, end: int | None = None) -> list[bytes]:
    drawn = sheets(board, first, end)
    rate, last = board.rate, storyboard.end_frame(board, drawn)
    pictures = f"[0:0]fps={rate.num}/{rate.den}:start_time=0,trim=start_pts={first}:end_pts={last}"
    command = storyboard.command(FFMPEG, ["-copyts", "-i", str(source)], pictures, board, Color(), drawn)
    return storyboard.split(subprocess.run(command, capture_output=True, check=True).stdout)


def number_on(board: Storyboard, jpeg: bytes, sheet: Sheet, place: int) -> int:
    """The frame number that a tile shows."""
    row, column = divmod(place, sheet.columns)
    corner = f"{column * board.width}:{row * board.height}"
    cropped = f"crop={board.width}:{board.height}:{corner},scale=2:1:flags=area:out_range=tv,format=gray"
    command = [FFMPEG, "-v", "error", "-f", "mjpeg", "-i", "pipe:0", "-vf", cropped, "-f", "rawvideo", "pipe:1"]
    left, right = subprocess.run(command, input=jpeg, capture_output=True, check=True).stdout
    limited = [16 + grey * 219 / 255 for grey in (left, right)]
    return round((limited[0] - 20) / 13) + 16 * round((limited[1] - 20) / 13)


@pytest.mark.parametrize(("rate", "frames"), [(Rate(num=25, den=1), 140), (Rate(num=24000, den=1001), 100)])
def test_every_tile_shows_the_frame_of_its_time(tmp_path: Path, rate: Rate, frames: int) -> None:
    source = numbered(tmp_path / "n.mp4", f"{rate.num}/{rate.den}", frames)
    board = plan_storyboard(frames, rate, 64, 36)

    (jpeg,) = drawn_sheets(source, board)

    (sheet,) = sheets(board, 0, None)
    shown = [number_on(board, jpeg, sheet, place) for place in range(sheet.count)]
    assert shown == [tile * board.step for tile in range(board.tiles)]


def test_chunks_draw_their_own_tiles_and_the_track_finds_them(tmp_path: Path) -> None:
    rate = Rate(num=5, den=1)
    source = numbered(tmp_path / "n.mp4", "5", 240)
    board = plan_storyboard(240, rate, 64, 36)
    halves = [(0, 120), (120, None)]

    drawn = [sheet for a, b in halves for sheet in sheets(board, a, b)]
    jpegs = {
        sheet.name: jpeg
        for (a, b), sheet in zip(halves, drawn, strict=True)
        for jpeg in drawn_sheets(source, board, a, b)
    }

    cues = parse(storyboard.track(board, drawn, 48))
    assert len(cues) == 48
    for cue in (cues[0], cues[13], cues[23], cues[24], cues[47]):
        name, corner = cue.text.split("#xywh=")
        x, y, _, _ = (int(number) for number in corner.split(","))
        sheet = next(sheet for sheet in drawn if sheet.name == name)
        place = y // board.height * sheet.columns + x // board.width
        assert number_on(board, jpegs[name], sheet, place) == cue.start * 5


def test_a_video_of_one_frame_has_one_tile(tmp_path: Path) -> None:
    source = numbered(tmp_path / "n.mp4", "25", 1)

    board = plan_storyboard(1, Rate(num=25, den=1), 64, 36)

    assert len(drawn_sheets(source, board)) == 1
    assert sheets(board, 0, None) == (Sheet(first=0, count=1, columns=1, rows=1),)
