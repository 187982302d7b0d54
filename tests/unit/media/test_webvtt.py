import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.media.webvtt import Cue, parse, stamp, written

MILLISECONDS = st.integers(min_value=0, max_value=360_000_000)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3661.5, "01:01:01.500"), (360000, "100:00:00.000")],
)
def test_times_are_rounded_to_milliseconds_and_carried(seconds: float, text: str) -> None:
    assert stamp(seconds) == text


def test_cues_are_read_with_identifiers_settings_and_without_hours() -> None:
    text = "\ufeffWEBVTT - made by x\r\n\r\nNOTE no cue\r\n\r\nintro\r\n00:01.000 --> 00:02.500 line:0 align:start\r\nHello\r\nyou\r\n"

    assert parse(text) == [Cue(1.0, 2.5, "Hello\nyou", "line:0 align:start")]


def test_subrip_and_negative_times_are_understood() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n00:-3.-250 --> 00:04.000\nearly\n"

    assert parse(text) == [Cue(1, 2, "Hi"), Cue(-3.25, 4, "early")]


def test_a_blank_line_inside_a_text_does_not_lose_its_rest() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\nfour\n\nNOTE x\n\n00:03.000 --> 00:04.000\nfive\n"

    assert parse(text) == [Cue(1, 2, "one\nfour"), Cue(3, 4, "five")]


@given(st.lists(st.tuples(MILLISECONDS, MILLISECONDS, st.sampled_from(["a", "a b\nc", "<i>x</i> &amp;"]))))
def test_what_is_written_is_read_back(cues: list[tuple[int, int, str]]) -> None:
    made = [Cue(start / 1000, end / 1000, text) for start, end, text in cues]

    assert parse(written(made)) == made


def test_blank_lines_cost_no_more_than_others() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n" + "\nx\n" * 200_000

    (cue,) = parse(text)  # with time that grows as the square of the lines: minutes

    assert cue.text.count("x") == 200_000
