"""docs/formats.md names every demuxer and decoder that the code opens, and no other."""

import re
from pathlib import Path

from vod.source.decoders import ALLOWED
from vod.source.sniff import DEMUXERS

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()


def named(heading: str, column: int) -> set[str]:
    """The code words in a column of the table below a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row[column])}


def test_every_container_is_in_the_table() -> None:
    assert named("Containers", 2) == set(DEMUXERS)


def test_every_decoder_is_in_the_table() -> None:
    assert named("Codecs", 2) == ALLOWED
