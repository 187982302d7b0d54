"""Tables in Markdown, and the machine-made parts of a document between their markers."""

import re
import textwrap
from collections.abc import Iterable, Sequence

COLUMNS = 120


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers as they are given, so that the caller rounds them."""
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def replaced(document: str, name: str, body: str) -> str:
    """The document with another body between a part's markers; ValueError when it has no such part."""
    begin, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    part = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    text = "\n".join(map(_wrapped, body.strip().split("\n")))
    made, found = part.subn(lambda _: f"{begin}\n{text}\n{end}", document)
    if found != 1:
        raise ValueError(f"the document has {found} parts named {name}, expected one")
    return made


def _wrapped(line: str) -> str:
    """Prose in lines of at most 120 columns; a table's row, or what cannot be broken, as it is."""
    if line.startswith("|") or len(line) <= COLUMNS:
        return line
    return textwrap.fill(line, COLUMNS, break_long_words=False, break_on_hyphens=False)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
