"""By what a video is found: the words of its title and file name, its tags, its metadata, its place among titles.

A term is a text by which an index lists videos; which terms a video has is a pure function of its record.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from vod.record.status import Status
from vod.record.video import Video

VERSION = "1"
"""Of what the terms are. With another, all videos are indexed anew (steps/index.py)."""
BY_TITLE = "n#"
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS, _LONGEST_WORD, _LONGEST_TITLE = 40, 40, 200
"""Letters; an index key has at most 1,024 bytes."""


def of(video: Video) -> frozenset[str]:
    """All terms of a video; none of one that is being deleted."""
    if video.status is Status.DELETING:
        return frozenset()
    words = words_of(f"{video.title} {video.filename.rpartition('.')[0] or video.filename}")
    return frozenset(
        (
            *(f"w#{word}" for word in words),
            *(tag(each) for each in video.tags),
            *(pair(name, value) for name, value in video.metadata.items()),
            by_title(video.title),
        )
    )


def by_title(title: str) -> str:
    """The term of a title, by which titles are in their order."""
    return BY_TITLE + folded(title)[:_LONGEST_TITLE]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are looked for, each once: without accents, in lower case."""
    found = dict.fromkeys(word[:_LONGEST_WORD] for word in _WORD.findall(folded(text)))
    return tuple(found)[:_MOST_WORDS]


def beginning(word: str) -> str:
    """What the terms of all words that begin like this one begin with."""
    return f"w#{word}"


def tag(name: str) -> str:
    """The term of a tag, in any case."""
    return f"t#{_digest(folded(name))}#"


def pair(name: str, value: str) -> str:
    """The term of one name and value of the metadata."""
    return f"m#{_digest(name + chr(0) + value)}#"


def folded(text: str) -> str:
    """A text as it is compared: "Érase" and "erase" are the same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def wanted(text: str, tags: Iterable[str], pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What the terms of a video must begin with, each of them, so that it is found by all that is given."""
    return (
        *(beginning(word) for word in words_of(text)),
        *(tag(each) for each in tags),
        *(pair(name, value) for name, value in pairs),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
