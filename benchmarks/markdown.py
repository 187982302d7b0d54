"""Tables in Markdown, and the machine-made parts of a document between their markers."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers as they are given, so that the caller rounds them."""
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def replaced(document: str, name: str, body: str) -> str:
    """The document with another body between a part's markers; ValueError when it has no such part."""
    begin, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    part = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    made, found = part.subn(lambda _: f"{begin}\n{body.strip()}\n{end}", document)
    if found != 1:
        raise ValueError(f"the document has {found} parts named {name}, expected one")
    return made


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
