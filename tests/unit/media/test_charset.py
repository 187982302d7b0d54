from pathlib import Path

import pytest

from tests.media.generate import ffmpeg
from vod.media import charset
from vod.media.charset import MOST_BYTES, charset_of, iconv_name, repaired


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


def test_a_broken_line_does_not_make_all_of_it_another_character_set() -> None:
    raw = b"\n".join(["déjà vu".encode()] * 20 + ["été".encode("cp1252")])

    assert charset_of(raw, "fr") == "utf-8"


def test_a_text_that_no_film_has_is_not_looked_at() -> None:
    assert charset_of(b"\xe9\n" * MOST_BYTES, "fr") is None
    assert repaired(b"\xe9\n" * MOST_BYTES, "fr") is None


def test_every_character_set_of_a_language_is_one_that_ffmpeg_knows(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(b"1\n00:00:00,000 --> 00:00:01,000\nx\n")
    names = {name for names in charset._BY_LANGUAGE.values() for name in names}
    for name in {
        *names,
        "koi8_r",
        "iso8859_2",
        "iso8859_5",
        "mac_cyrillic",
        "shift_jis_2004",
        "euc_jis_2004",
    }:
        ffmpeg("-sub_charenc", iconv_name(name), "-i", str(tmp_path / "a.srt"), str(tmp_path / "a.vtt"))
