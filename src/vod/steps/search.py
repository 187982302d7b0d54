"""Search: the videos of a caller by words, tags, metadata, date and status, in an order, a page at a time.

Nothing is scanned: each word, tag and pair of the metadata is a list in the index (record/terms.py), and what is in all
of them is found. A list without any of these is the table's own index by owner and date.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from vod.access.caller import Caller
from vod.errors import InvalidRequest
from vod.ports.finding import ExternalIds, Finding, Ref
from vod.ports.services import Page, Videos
from vod.record import terms
from vod.record.status import Status
from vod.record.video import Video

MOST = 10_000
"""Videos in a list of the index that one search goes through: about half a second."""
_AT_A_TIME, _MOST_ROUNDS = 100, 20
_TITLED = re.compile(r"n#.*#\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9a-f]{20}", re.DOTALL)
Place = str
"""Of a video in a list; its cursor, decoded."""


class Sort(StrEnum):
    """The order of a list."""

    NEWEST = "-createdAt"
    OLDEST = "createdAt"
    TITLE = "title"
    TITLE_BACKWARDS = "-title"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; a video is found when all of it fits. Dates are ISO 8601 (UTC): from one on, before one."""

    text: str = ""
    tags: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    external_id: str | None = None
    status: Status | None = None
    created_from: str = ""
    created_before: str = ""
    sort: Sort = Sort.NEWEST

    @property
    def terms(self) -> tuple[str, ...]:
        """What the terms of a video must begin with, each of them."""
        return terms.wanted(self.text, self.tags, self.metadata)

    def admits(self, created_at: str) -> bool:
        """Whether the date fits."""
        return self.created_from <= created_at and (not self.created_before or created_at < self.created_before)


@dataclass(frozen=True, slots=True)
class Searching:
    """Everything the step needs."""

    videos: Videos
    finding: Finding
    external: ExternalIds

    def page(self, caller: Caller, query: Query, limit: int, cursor: str | None) -> Page:
        """Some of the videos, and where the next page starts; InvalidRequest where too many fit a word."""
        owner = None if caller.is_admin else caller.id
        if query.external_id is not None:
            return self._known(caller, query)
        is_empty = query.created_before and query.created_from >= query.created_before
        if is_empty or (query.text.strip() and not terms.words_of(query.text)):  # nothing but punctuation
            return Page((), None)
        if query.sort in (Sort.TITLE, Sort.TITLE_BACKWARDS):
            return self._collect(self._by_title(owner, query, cursor), query, limit)
        if query.terms:
            return self._collect(self._by_date(owner, query, cursor), query, limit)
        dates = (query.created_from, query.created_before)
        return self.videos.page(owner, query.status, limit, cursor, dates, query.sort is Sort.OLDEST)

    def _known(self, caller: Caller, query: Query) -> Page:
        """A customer's own id names one video of the caller."""
        found = self.external.holder(caller.id, query.external_id or "")
        video = self.videos.get(found) if found else None
        is_found = video and video.external_id == query.external_id and _fits(video, query)
        return Page((video,) if video and is_found else (), None)

    def _matched(self, owner: str | None, query: Query) -> set[Ref] | None:
        """What is in all lists; None where everything fits."""
        found: set[Ref] | None = None
        for term in query.terms:
            listed = self.finding.refs(owner, term, MOST)
            if len(listed) > MOST:
                raise InvalidRequest("q", f"fits more than {MOST} videos; look for a longer word or a rarer tag")
            found = set(listed) if found is None else found & set(listed)
        return found

    def _by_date(self, owner: str | None, query: Query, cursor: str | None) -> Iterator[tuple[Place, Ref]]:
        backwards, start = query.sort is Sort.NEWEST, _ref(cursor)
        for ref in sorted(self._matched(owner, query) or (), reverse=backwards):
            if query.admits(ref.created_at) and (start is None or (ref < start if backwards else ref > start)):
                yield f"{ref.created_at} {ref.id}", ref

    def _by_title(self, owner: str | None, query: Query, cursor: str | None) -> Iterator[tuple[Place, Ref]]:
        start = _decoded(cursor) if cursor else ""
        if start and not _TITLED.fullmatch(start):
            raise _unknown_cursor()
        matched = self._matched(owner, query)
        for place, ref in self.finding.titled(owner, start, query.sort is Sort.TITLE_BACKWARDS):
            if (matched is None or ref in matched) and query.admits(ref.created_at):
                yield place, ref

    def _collect(self, places: Iterator[tuple[Place, Ref]], query: Query, limit: int) -> Page:
        """Records are read a hundred at a time, until so many fit, but not for ever: a short page still has a cursor.

        Where the index says too much, the record counts.
        """
        found: dict[str, tuple[Place, Video]] = {}
        last: Place | None = None
        for _ in range(_MOST_ROUNDS):
            some = list(islice(places, _AT_A_TIME))
            last = some[-1][0] if len(some) == _AT_A_TIME else None
            known = self.videos.many([ref.id for _, ref in some])
            for place, ref in some:
                if (video := known.get(ref.id)) and _is_at(place, video) and _fits(video, query):
                    found.setdefault(video.id, (place, video))
            if len(found) > limit or last is None:
                break
        ordered = list(found.values())
        cursor = ordered[limit - 1][0] if len(ordered) > limit else last
        return Page(tuple(video for _, video in ordered[:limit]), _encoded(cursor) if cursor else None)


def _is_at(place: Place, video: Video) -> bool:
    """Whether this is where the record is in the list: not under a title, or a date, of before."""
    if place.startswith(terms.BY_TITLE):
        return place == f"{terms.by_title(video.title)}#{video.created_at}#{video.id}"
    return place == f"{video.created_at} {video.id}"


def _fits(video: Video, query: Query) -> bool:
    if video.status is Status.DELETING or not query.admits(video.created_at):
        return False
    if query.status not in (None, video.status):
        return False
    found = terms.of(video)
    return all(any(each.startswith(term) for each in found) for term in query.terms)


def _ref(cursor: str | None) -> Ref | None:
    if not cursor:
        return None
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{20})", _decoded(cursor))
    if not found:
        raise _unknown_cursor()
    return Ref(found[1], found[2])


def _encoded(place: Place) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def _decoded(cursor: str) -> Place:
    try:
        return base64.b64decode(cursor, b"-_", validate=True).decode()
    except ValueError:
        raise _unknown_cursor() from None


def _unknown_cursor() -> InvalidRequest:
    return InvalidRequest("cursor", "is not one that this API gave out for this order; list from the beginning")
