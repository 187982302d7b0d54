from dataclasses import replace

import pytest

from vod.ffmpeg import poster
from vod.ffmpeg.poster import Candidate, Window, candidates, find, windows
from vod.media.color import Color

GOOD = Candidate(time=8, luma=120, entropy=0.9, blur=4, saturation=30)
BLACK = Candidate(time=0, luma=16, entropy=0, blur=None, saturation=0)
PRINTED = """frame:0    pts:0       pts_time:0
lavfi.signalstats.YAVG=16.5
lavfi.signalstats.SATAVG=0.1
lavfi.entropy.normalized_entropy.normal.Y=0.006
lavfi.blur=-nan
frame:1    pts:20       pts_time:2.5
lavfi.signalstats.YAVG=120
lavfi.signalstats.SATAVG=30
lavfi.entropy.normalized_entropy.normal.Y=0.9
lavfi.blur=4.5
"""


def printed(*frames: Candidate) -> str:
    return "".join(
        f"frame:0 pts:0 pts_time:{frame.time}\nlavfi.signalstats.YAVG={frame.luma}\nlavfi.blur={frame.blur or '-nan'}\n"
        f"lavfi.entropy.normalized_entropy.normal.Y={frame.entropy}\nlavfi.signalstats.SATAVG={frame.saturation}\n"
        for frame in frames
    )


def test_what_ffmpeg_prints_becomes_candidates() -> None:
    assert candidates(PRINTED) == [
        Candidate(0, 16.5, 0.006, None, 0.1),
        Candidate(2.5, 120, 0.9, 4.5, 30),
    ]


def test_noise_in_the_print_is_no_candidate() -> None:
    assert candidates("lavfi.blur=3\nframe:0 pts:NOPTS pts_time:NOPTS\nrubbish\n") == []


@pytest.mark.parametrize(
    "worse",
    [
        BLACK,
        replace(GOOD, luma=230, entropy=0.2),
        replace(GOOD, blur=12),
        replace(GOOD, blur=None),
        replace(GOOD, luma=50),
        replace(GOOD, saturation=2),
    ],
)
def test_a_lit_sharp_colourful_frame_wins(worse: Candidate) -> None:
    assert find(30, lambda _: printed(worse, GOOD, replace(worse, time=20))) == GOOD.time


def test_the_first_minute_is_enough_when_it_has_a_good_frame() -> None:
    looked: list[Window] = []

    def look(window: Window) -> str:
        looked.append(window)
        return printed(BLACK, BLACK, BLACK, GOOD)

    assert find(1000, look) == 8
    assert looked == [Window(0, 60)]


def test_a_dark_beginning_is_left_for_later_parts() -> None:
    looked: list[Window] = []

    def look(window: Window) -> str:
        looked.append(window)
        return printed(replace(GOOD, time=window.start + 1)) if window.start else printed(*[BLACK] * 4)

    assert find(1000, look) == 251
    assert [window.start for window in looked] == [0, 250]


def test_a_source_with_few_keyframes_is_looked_at_frame_by_frame() -> None:
    assert find(10, lambda window: printed(BLACK) if window.keyframes else printed(BLACK, GOOD)) == 8


def test_all_black_still_yields_a_time() -> None:
    assert find(1000, lambda _: printed(BLACK)) == 0
    assert find(1000, lambda _: "") == 0


def test_short_videos_have_one_window() -> None:
    assert windows(30) == (Window(0, 30),)
    assert windows(240) == (Window(0, 60), Window(60, 80), Window(120, 140), Window(180, 200))


def test_the_whole_survey_command() -> None:
    command = poster.survey("ffmpeg", ["-i", "s"], 1, Color(), Window(0, 30))

    said = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    look = rf"trim=start=0.000:end=30.000,select=isnan(prev_selected_t)+gte(t-prev_selected_t\,0.5),{said}:field_mode=prog,"
    look += f"scale=320:180:flags=bicubic:out_color_matrix=bt709:out_range=tv,format=yuv420p,{said},"
    look += "signalstats,entropy,blurdetect,metadata=print:file=-"
    expected = f"ffmpeg -v error -nostdin -skip_frame nokey -i s -map 0:1 -vf {look} -fps_mode passthrough -f null -"
    assert command == expected.split(" ")


def test_the_poster_command_deinterlaces_where_needed() -> None:
    command = poster.command("ffmpeg", ["-i", "s"], 0, Color(), 2.5, 1280, 720, "bwdif=mode=send_frame,")

    assert command[command.index("-vf") + 1].startswith("bwdif=mode=send_frame,trim=start=2.4995,")
