"""Text whose character set nobody names: UTF-8, or what its language and its bytes make likely."""

import codecs
from collections.abc import Iterator
from contextlib import suppress

MOST_BYTES = 4 * 2**20
"""Of a text: a film's subtitles are 100 kB."""
UTF_8 = "utf-8"
WESTERN = "cp1252"
_BY_LANGUAGE = {
    "ar": ("cp1256",),
    "bg": ("cp1251",),
    "cs": ("cp1250",),
    "el": ("cp1253",),
    "et": ("cp1257",),
    "fa": ("cp1256",),
    "he": ("cp1255",),
    "hr": ("cp1250",),
    "hu": ("cp1250",),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949",),
    "lt": ("cp1257",),
    "lv": ("cp1257",),
    "mk": ("cp1251",),
    "pl": ("cp1250",),
    "ro": ("cp1250",),
    "ru": ("cp1251",),
    "sk": ("cp1250",),
    "sl": ("cp1250",),
    "sr": ("cp1251", "cp1250"),
    "th": ("cp874",),
    "tr": ("cp1254",),
    "uk": ("cp1251",),
    "vi": ("cp1258",),
    "zh": ("gb18030", "big5"),
    **dict.fromkeys(("da", "de", "en", "es", "fi", "fr", "is", "it", "nl", "no", "nb", "pt", "sv"), (WESTERN,)),
}
"""What subtitles of a language were written in before UTF-8."""


def charset_of(raw: bytes, language: str | None) -> str | None:
    """The character set (Python's name) of a text whose language is a BCP 47 tag; None when nothing fits."""
    if len(raw) > MOST_BYTES:
        return None
    odd = [line for line in raw.split(b"\n") if not line.isascii()]
    if 2 * sum(_fits(line, UTF_8) for line in odd) > len(odd):
        return UTF_8  # a broken line or two in what is UTF-8 otherwise
    usual = _BY_LANGUAGE.get((language or "").split("-")[0], ())
    return next((name for name in _candidates(raw, usual) if _fits(raw, name)), None)


def iconv_name(name: str) -> str:
    """What FFmpeg's iconv calls one of Python's character sets."""
    plain = {"euc_jis_2004": "EUC-JISX0213", "shift_jis_2004": "SHIFT_JISX0213", "mac_cyrillic": "MACCYRILLIC"}
    return plain.get(name) or name.upper().replace("ISO8859_", "ISO-8859-").replace("_", "-")


def repaired(raw: bytes, language: str | None) -> str | None:
    """The text, of whose lines some may be UTF-8 and others not; None when nothing fits."""
    if len(raw) > MOST_BYTES:
        return None
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    lines = raw.split(b"\n")
    odd = b"\n".join(line for line in lines if not _fits(line, UTF_8))
    name = charset_of(odd, language)
    if name is None:
        return None
    return "\n".join(line.decode(UTF_8 if _fits(line, UTF_8) else name) for line in lines)


def _candidates(raw: bytes, usual: tuple[str, ...]) -> Iterator[str]:
    yield UTF_8
    yield from usual
    from charset_normalizer import from_bytes  # only encoders have it, and only odd subtitles need it

    if guess := from_bytes(raw).best():
        yield guess.encoding
    yield WESTERN


def _fits(raw: bytes, name: str) -> bool:
    with suppress(UnicodeDecodeError, LookupError):
        raw.decode(name)
        return True
    return False
