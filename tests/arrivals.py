"""A source as a local file, once all that is wanted of it has arrived."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from vod.arriving import ArrivingFile
from vod.buckets import SourceFiles
from vod.byte_ranges import Range
from vod.plan import SourceObject


def arrived(files: SourceFiles, source: SourceObject, ranges: Iterable[Range], path: Path) -> bytes:
    """Its bytes, with holes where nothing is wanted."""
    with ArrivingFile(path, source.size, ranges, partial(files.read, source)) as file:
        file.wait()
    return path.read_bytes()
