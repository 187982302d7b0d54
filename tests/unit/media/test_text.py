import pytest

from vod.media.text import named, on_one_line, quoted, unprintable


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
        ("\u2067\u05e9\u05dc\u05d5\u05dd\u2069 \u2068a \u2066b\u2069\u2069", None),
        ("\u2067\u05e9", "U+2067"),
        ("a\u2069b\u2066", "U+2069"),
        ("\u2066a\u202eb\u2069", "U+202E"),
        ("\u2066\u2067a\u2069", "U+2066"),
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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\u0645\u06cc\u200c\u0631\u0648\u0645.mp4", "\u0645\u06cc\u200c\u0631\u0648\u0645.mp4"),
        ("\U0001f468\u200d\U0001f469.mp4", "\U0001f468\u200d\U0001f469.mp4"),
        ("exe.\u202e4pm\x1b\u2069", "exe.4pm"),
        ("a\tb\u2028c  d", "a b c d"),
        ("\u202e\n", ""),
    ],
)
def test_a_name_keeps_what_shapes_its_letters_and_loses_what_the_api_refuses(name: str, shown: str) -> None:
    assert named(name, 200) == shown
    assert unprintable(named(name, 200)) is None
