"""Text from strangers' files as it may be shown: titles, labels, what a library said of a file."""

import unicodedata

LONGEST = 100
"""Characters of a title or a label."""


def on_one_line(text: str | None, longest: int = LONGEST) -> str:
    """Only characters that print, with single spaces for everything else, and no more than `longest` of them."""
    letters = (letter if letter.isprintable() else _instead(letter) for letter in text or "")
    return " ".join("".join(letters).split())[:longest].strip()


def _instead(letter: str) -> str:
    """Nothing for what only shapes the letters around it (joiners, soft hyphens, marks of direction), else a space."""
    return "" if unicodedata.category(letter) == "Cf" else " "


def quoted(text: str | None, longest: int = LONGEST) -> str:
    """The same as the inside of a quoted string, which holds no quotes (RFC 8216, 4.2)."""
    return on_one_line((text or "").replace('"', " "), longest)
