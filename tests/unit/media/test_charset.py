import pytest

from vod.media.charset import charset_of, repaired


@pytest.mark.parametrize(
    ("text", "language", "written_in"),
    [
        ("Café à Zürich", "fr", "cp1252"),
        ("Zażółć gęślą jaźń", "pl", "cp1250"),
        ("Съешь ещё этих мягких булок", "ru", "cp1251"),
        ("日本語の字幕", "ja", "cp932"),
        ("日本語の字幕", "ja", "euc_jp"),
        ("简体中文字幕", "zh", "gb18030"),
        ("İyi günler, nasılsınız?", "tr", "cp1254"),
    ],
)
def test_an_old_character_set_is_known_by_its_language(text: str, language: str, written_in: str) -> None:
    raw = text.encode(written_in)
    name = charset_of(raw, language)

    assert name is not None
    assert raw.decode(name) == text


def test_utf_8_is_utf_8_whatever_the_language() -> None:
    assert charset_of("Съешь".encode(), "ja") == "utf-8"


def test_without_a_language_long_texts_are_recognised() -> None:
    text = "Съешь ещё этих мягких французских булок, да выпей чаю. " * 8

    assert repaired(text.encode("cp1251"), None) == text


def test_one_odd_line_among_others_is_repaired_alone() -> None:
    lines = ["Zürich".encode(), "Café".encode("cp1252"), b"plain"]

    assert repaired(b"\n".join(lines), "fr") == "Zürich\nCafé\nplain"
