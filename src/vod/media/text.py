"""Text from strangers' files as it may be shown: titles, labels, what a library said of a file."""

import unicodedata

_REORDERS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Embeddings, overrides and isolates (UAX #9): what follows is shown in another order than it is stored in."""
_ISOLATES, _ISOLATE_ENDS = frozenset("\u2066\u2067\u2068"), "\u2069"
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")
LONGEST = 100
"""Characters of a title or a label."""


def on_one_line(text: str | None, longest: int = LONGEST) -> str:
    """Only characters that print, with single spaces for everything else, and no more than `longest` of them."""
    letters = (letter if letter.isprintable() else _instead(letter) for letter in text or "")
    return " ".join("".join(letters).split())[:longest].strip()


def _instead(letter: str) -> str:
    """Nothing for what only shapes the letters around it (joiners, soft hyphens, marks of direction), else a space."""
    return "" if unicodedata.category(letter) == "Cf" else " "


def named(text: str, longest: int) -> str:
    """A file's name as the API takes names: joiners stay, and only what it calls unprintable goes."""
    letters = (("" if letter in _REORDERS else " ") if unprintable(letter) else letter for letter in text)
    return " ".join("".join(letters).split())[:longest].strip()


def quoted(text: str | None, longest: int = LONGEST) -> str:
    """The same as the inside of a quoted string, which holds no quotes (RFC 8216, 4.2)."""
    return on_one_line((text or "").replace('"', " "), longest)


def unprintable(text: str) -> str | None:
    """The first character that controls a terminal, breaks a line or reorders text, as `U+001B`; None without one.

    Isolates that the text itself closes reorder nothing outside of it, and right-to-left names need them.
    """
    unclosed: list[str] = []
    for letter in text:
        if letter in _ISOLATES:
            unclosed.append(letter)
        elif letter == _ISOLATE_ENDS and unclosed:
            unclosed.pop()
        elif letter in _REORDERS or unicodedata.category(letter) in _UNSEEN:
            return _named_point(letter)
    return _named_point(unclosed[0]) if unclosed else None


def _named_point(letter: str) -> str:
    return f"U+{ord(letter):04X}"
