"""A source as a local file, once all that is wanted of it has arrived."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from vod.plan.plan import SourceObject
from vod.ports.buckets import SourceFiles
from vod.source.arriving import ArrivingFile
from vod.source.byte_ranges import Range


def arrived(files: SourceFiles, source: SourceObject, ranges: Iterable[Range], path: Path) -> bytes:
    """Its bytes, with holes where nothing is wanted."""
    with ArrivingFile(path, source.size, ranges, partial(files.read, source)) as file:
        file.wait()
    return path.read_bytes()
