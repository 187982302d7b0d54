import pytest

from vod.media.text import on_one_line, quoted, unprintable


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rome 2026", None),
        ("\u05e9\u05dc\u05d5\u05dd \u200f\u0417\u0438\u043c\u0430", None),
        ("\U0001f468\u200d\U0001f469", None),
        ("a\x00", "U+0000"),
        ("\x1b[31m", "U+001B"),
        ("a\nb", "U+000A"),
        ("a\x85b", "U+0085"),
        ("a\u2029b", "U+2029"),
        ("exe.\u202e4pm", "U+202E"),
        ("\u2069", "U+2069"),
        ("\ud800", "U+D800"),
    ],
)
def test_what_cannot_be_shown_as_it_is_is_named(text: str, found: str | None) -> None:
    assert unprintable(text) == found


@pytest.mark.parametrize("text", ["a\x00\x1b\n\u2028\u202e\u2069\ud800\ufffeb", 'a"\r\n"b'])
def test_what_a_file_calls_its_tracks_is_one_line_that_can_be_shown(text: str) -> None:
    for cleaned in (on_one_line(text), quoted(text)):
        assert unprintable(cleaned) is None
        assert cleaned.isprintable()
    assert '"' not in quoted(text)
