from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.media.color import Color
from vod.media.webvtt import parse
from vod.plan import storyboard
from vod.plan.storyboard import MAX_TILES, Sheet, plan_storyboard, sheets
from vod.source.probe import Rate

PAL = Rate(num=25, den=1)
NTSC = Rate(num=30000, den=1001)
RATES = st.sampled_from([Rate(num=1, den=1), PAL, NTSC, Rate(num=24000, den=1001), Rate(num=60, den=1)])
FRAMES = st.integers(min_value=1, max_value=5_000_000)


@pytest.mark.parametrize(("seconds", "every"), [(3, 1), (150, 1), (151, 2), (600, 4), (5400, 60), (36000, 240)])
def test_tiles_get_rarer_as_videos_get_longer(seconds: int, every: int) -> None:
    assert plan_storyboard(seconds * 25, PAL, 1280, 720).step == every * 25


@pytest.mark.parametrize(
    ("shown", "tile"),
    [((1920, 1080), (160, 90)), ((640, 480), (160, 120)), ((1080, 1920), (90, 160)), ((2, 2), (160, 160))],
)
def test_tiles_have_the_shape_of_the_picture(shown: tuple[int, int], tile: tuple[int, int]) -> None:
    board = plan_storyboard(100, PAL, *shown)

    assert (board.width, board.height) == tile


@given(FRAMES, RATES)
def test_there_are_few_tiles_and_at_most_one_a_second(frames: int, rate: Rate) -> None:
    board = plan_storyboard(frames, rate, 1280, 720)

    assert 1 <= board.tiles <= MAX_TILES
    assert Fraction(board.step) / rate.fraction > Fraction(98, 100)
    assert (board.tiles - 1) * board.step < frames <= board.tiles * board.step


@given(FRAMES, RATES, st.lists(st.integers(min_value=1, max_value=5_000_000), max_size=5))
def test_chunks_draw_every_tile_once(frames: int, rate: Rate, cuts: list[int]) -> None:
    board = plan_storyboard(frames, rate, 1280, 720)
    bounds = [0, *sorted(cut for cut in set(cuts) if cut < frames), None]

    drawn = [sheet for a, b in zip(bounds, bounds[1:], strict=False) for sheet in sheets(board, a or 0, b)]

    assert [tile for sheet in drawn for tile in range(sheet.first, sheet.first + sheet.count)] == [*range(board.tiles)]
    assert all(sheet.count <= sheet.columns * sheet.rows <= 100 for sheet in drawn)


def test_a_sheet_is_no_larger_than_its_tiles_need() -> None:
    board = plan_storyboard(25 * 140, PAL, 1280, 720)

    assert sheets(board, 0, 25 * 7) == (Sheet(first=0, count=7, columns=7, rows=1),)
    assert sheets(board, 0, None) == (
        Sheet(first=0, count=100, columns=10, rows=10),
        Sheet(first=100, count=40, columns=10, rows=10),
    )
    assert sheets(board, 3, 20) == ()


def test_the_track_says_where_each_picture_stands() -> None:
    board = plan_storyboard(25 * 12, PAL, 1280, 720)

    cues = parse(storyboard.track(board, sheets(board, 0, None), 11.96))

    assert len(cues) == 12
    assert cues[11].text == "storyboard/00000.jpg#xywh=160,90,160,90"
    assert (cues[11].start, cues[11].end) == (11, 11.96)


def test_the_track_of_a_broken_rate_has_exact_times() -> None:
    board = plan_storyboard(300, NTSC, 1280, 720)

    assert storyboard.track(board, sheets(board, 0, None), 10.01).splitlines()[5] == "00:00:01.001 --> 00:00:02.002"


def test_the_whole_command() -> None:
    board = plan_storyboard(1000, PAL, 1280, 720)

    drawn = sheets(board, 250, 500)

    command = storyboard.command("ffmpeg", ["-f", "mov", "-i", "s"], "[0:1]fps=25/1", board, Color(), drawn)

    assert storyboard.end_frame(board, drawn) == 476

    said = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    graph = (
        rf"[0:1]fps=25/1,select=not(mod(pts\,25)),{said}:field_mode=prog,"
        f"scale=160:90:flags=bicubic:out_color_matrix=bt709:out_range=tv,format=yuv420p,{said},setsar=1,tile=10x1,"
        "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p[sheets]"
    )
    expected = f"ffmpeg -v error -nostdin -f mov -i s -filter_complex {graph} -map [sheets] -fps_mode passthrough "
    expected += "-c:v mjpeg -q:v 5 -fflags +bitexact -flags:v +bitexact -f image2pipe pipe:1"
    assert command == expected.split(" ")


def test_a_stream_of_jpegs_is_taken_apart() -> None:
    one, two = b"\xff\xd8abc\xff\x00\xff\xd9", b"\xff\xd8d\xff\xd9"

    assert storyboard.split(one + two) == [one, two]
    assert storyboard.split(one + b"\xff\xd8cut off") == [one]
