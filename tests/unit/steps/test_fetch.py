from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import (
    FakeBackground,
    FakeCreations,
    FakeEvents,
    FakeExternalIds,
    FakeFinding,
    FakeLedger,
    FakeReceipts,
    FakeSources,
    FakeVideos,
)
from vod import clock
from vod.access.caller import Caller
from vod.errors import Conflict, InvalidRequest, TooLarge, Unfetchable
from vod.ports.web import Download
from vod.record import view
from vod.record.status import Status
from vod.record.video import Video
from vod.steps import fetch, imports
from vod.steps.fetch import Fetching
from vod.steps.imports import Importing
from vod.steps.parts import MIB
from vod.steps.upload import Uploads
from vod.steps.upload_limits import UploadLimits

ANN = Caller("ann")
URL = "https://films.example/rome%20%C3%A9t%C3%A9.mp4?signature=secret"
LIMITS = UploadLimits(100 * MIB, 0, 0, timedelta(hours=24), 150 * MIB)
PIECE = MIB


@dataclass
class FakeWeb:
    """A server with one file, which breaks off after so many pieces, each time anew."""

    content: bytes
    breaks_after: list[int] = field(default_factory=list)
    has_ranges: bool = True
    tells_total: bool = True
    tag: str | None = '"v1"'
    kind: str = "video/mp4"
    refuses: Exception | None = None
    asked: list[int] = field(default_factory=list)

    @contextmanager
    def open(self, url: str, first: int, tag: str | None) -> Iterator[Download]:
        assert url == URL
        if self.refuses:
            raise self.refuses
        begin = first if (self.has_ranges and (tag or not self.tag) == (self.tag or True)) or first == 0 else 0
        self.asked.append(begin)
        yield Download(begin, len(self.content) if self.tells_total else None, self.tag, self.kind, self._pieces(begin))

    def _pieces(self, begin: int) -> Iterator[bytes]:
        left = self.breaks_after.pop(0) if self.breaks_after else None
        for place in range(begin, len(self.content), PIECE):
            if left == 0:
                raise OSError("the connection broke")
            left = None if left is None else left - 1
            yield self.content[place : place + PIECE]


class World:
    def __init__(self, web: FakeWeb, limits: UploadLimits = LIMITS) -> None:
        self.videos, self.sources, self.ledger, self.events = FakeVideos(), FakeSources(), FakeLedger(), FakeEvents()
        self.web, self.called, self.left = web, [], 900.0
        background = FakeBackground(self.called.append)
        uploads = Uploads(
            self.videos, self.sources, self.ledger, FakeCreations(), FakeExternalIds(), FakeFinding(), FakeReceipts(),
            limits, samples.PRICE, lambda: samples.NOW,
        )  # fmt: skip
        self.importing = Importing(uploads, background, frozenset(("films",)))
        self.fetching = Fetching(
            self.videos,
            self.sources,
            web,
            background,
            self.events,
            self.ledger,
            limits,
            lambda: samples.NOW,
            lambda _: None,
        )
        self.id = self.importing.create(ANN, URL, {}).id

    called: list[object]

    def fetch(self) -> str:
        return self.fetching.fetch(self.id, lambda: self.left)

    @property
    def video(self) -> Video:
        found = self.videos.get(self.id)
        assert found
        return found

    @property
    def stored(self) -> bytes | None:
        return self.sources.objects.get(self.video.source.key)


def film(mib: float) -> bytes:
    return bytes(number % 251 for number in range(1000)) * int(mib * MIB / 1000 + 1)


def test_a_file_is_announced_and_comes() -> None:
    content = film(20)
    world = World(FakeWeb(content))
    assert (world.video.status, world.video.title, world.video.filename) == (
        Status.AWAITING_UPLOAD,
        "rome été.mp4",
        "rome été.mp4",
    )
    assert world.called == [world.id]

    assert world.fetch() == "arrived"

    assert world.stored == content
    assert (world.video.size, world.video.status) == (len(content), Status.AWAITING_UPLOAD)  # S3's event does the rest
    shown = view.video(world.video, 0, None)["import"]
    assert shown == {
        "url": "https://films.example/rome%20%C3%A9t%C3%A9.mp4",
        "received": len(content),
        "total": len(content),
    }


@pytest.mark.parametrize("breaks", [[3], [9, 9], [0, 0, 0, 20], [8, 8, 8]])
@pytest.mark.parametrize("how", [{}, {"has_ranges": False}, {"tells_total": False}, {"tag": None}])
def test_what_breaks_off_goes_on_after_the_parts_that_came(breaks: list[int], how: dict[str, Any]) -> None:
    content = film(30)
    world = World(FakeWeb(content, list(breaks), **how))

    assert world.fetch() == "arrived"

    assert world.stored == content


def test_a_file_that_changed_meanwhile_comes_from_the_beginning() -> None:
    world = World(FakeWeb(film(30), [20]))
    world.fetching = replace(world.fetching, pause=lambda _: change())
    changed = film(25)[::-1]

    def change() -> None:
        world.web.content, world.web.tag = changed, '"v2"'

    assert world.fetch() == "arrived"
    assert world.stored == changed
    assert world.web.asked == [0, 0]


def test_before_time_is_over_another_call_goes_on() -> None:
    content = film(30)
    world = World(FakeWeb(content))
    world.left = fetch.RESERVE_SECONDS - 1

    outcomes = []
    while (outcome := world.fetch()) == "goes on":
        outcomes.append(outcome)
        assert len(outcomes) < 20

    assert (outcome, world.stored) == ("arrived", content)
    assert world.called == [world.id] * (1 + len(outcomes))
    assert len(outcomes) >= 4


def test_who_died_before_the_parts_were_joined_is_followed() -> None:
    content = film(16)
    world = World(FakeWeb(content))
    join = FakeSources.complete_parts
    world.sources.complete_parts = lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.fetch()
    world.sources.complete_parts = join.__get__(world.sources)  # type: ignore[method-assign]

    assert world.fetch() == "arrived"
    assert world.stored == content
    assert world.fetch() == "unwanted"


def test_a_connection_that_never_holds_is_told() -> None:
    world = World(FakeWeb(film(30), [0] * 50))

    assert world.fetch() == "failed"

    assert world.video.failure
    assert world.video.failure.code == "import_failed"
    assert "connection broke" in world.video.failure.message
    assert world.sources.multiparts == {}
    assert view.video(world.video, 0, None)["error"]["retryable"] is False
    ((event, told),) = world.events.published
    assert (event, told["videoId"], told["error"]["code"]) == ("VideoFailed", world.id, "import_failed")


@pytest.mark.parametrize(
    ("web", "code"),
    [
        (FakeWeb(film(101)), "too_large"),
        (FakeWeb(film(101), tells_total=False), "too_large"),
        (FakeWeb(b""), "empty"),
        (FakeWeb(film(1), kind="text/html; charset=utf-8"), "import_refused"),
        (FakeWeb(film(1), refuses=Unfetchable("import_refused", "No.")), "import_refused"),
    ],
)
def test_what_cannot_be_a_video_is_refused_and_nothing_is_left(web: FakeWeb, code: str) -> None:
    world = World(web)

    assert world.fetch() == "failed"

    assert (world.video.status, world.video.failure and world.video.failure.code) == (Status.FAILED, code)
    assert (world.stored, world.sources.multiparts) == (None, {})


def test_imports_count_for_their_owner_s_day() -> None:
    first = World(FakeWeb(film(90)))
    assert first.fetch() == "arrived"
    for tells in (True, False):
        second = World(FakeWeb(film(90), tells_total=tells))
        second.fetching = replace(second.fetching, ledger=first.ledger)
        assert second.fetch() == "failed"
        assert second.video.failure
        assert second.video.failure.code == "daily_limit_reached"


def test_what_is_deleted_meanwhile_is_left_alone() -> None:
    world = World(FakeWeb(film(30)))
    stop = world.sources.put_part

    def deleted(*given: Any) -> Any:
        world.videos.records[world.id] = replace(world.video, status=Status.DELETING, version=world.video.version + 1)
        return stop(*given)

    world.sources.put_part = deleted  # type: ignore[method-assign]
    assert world.fetch() == "unwanted"
    assert world.video.status is Status.DELETING


def test_the_same_key_is_the_same_import_and_no_upload_goes_there() -> None:
    world = World(FakeWeb(film(1)))
    again = [world.importing.create(ANN, URL, {"title": "A"}, "key").id for _ in range(2)]

    assert again[0] == again[1] != world.id
    for call in (world.importing.uploads.remaining, world.importing.uploads.abort):
        with pytest.raises(Conflict, match="itself"):
            call(ANN, world.id)
    assert clock.parse(world.video.created_at)


@pytest.mark.parametrize(
    "url", ["http://films.example/a", "s3://other/a.mp4", "s3://films/", "s3://films", "https://u@films.example/"]
)
def test_an_address_that_is_not_allowed_makes_no_video(url: str) -> None:
    world = World(FakeWeb(b""))

    with pytest.raises(InvalidRequest, match="url"):
        world.importing.create(ANN, url, {})
    assert len(world.videos.records) == 1
    assert world.importing.create(ANN, "s3://films/a/b.mp4", {}).filename == "b.mp4"


def test_an_event_that_comes_twice_imports_once() -> None:
    world = World(FakeWeb(film(1)))
    said = {"external_id": "films/a.mp4"}

    first = world.importing.create(ANN, URL, said)

    assert world.importing.create(ANN, URL, said).id == first.id
    with pytest.raises(Conflict):
        world.importing.create(ANN, URL + "&other", said)
    assert world.importing.create(Caller("bob"), URL, said).id != first.id


def test_who_goes_on_after_each_break_is_not_given_up() -> None:
    content = film(90)
    world = World(FakeWeb(content, [9] * 12))

    assert world.fetch() == "arrived"
    assert world.stored == content


def test_who_begins_anew_again_and_again_is_given_up() -> None:
    world = World(FakeWeb(film(60), [20] * 50, has_ranges=False))

    assert world.fetch() == "failed"
    assert world.video.failure
    assert "anew too often" in world.video.failure.message


def test_who_sends_a_byte_now_and_then_is_given_up() -> None:
    web = FakeWeb(film(30))
    web._pieces = lambda _: iter([b"x"] * 1000)  # type: ignore[method-assign]
    world = World(web)
    left = iter(range(900, 0, -1))

    assert world.fetching.fetch(world.id, lambda: next(left)) == "failed"
    assert world.video.failure
    assert "slowly" in world.video.failure.message


def test_a_server_that_says_less_than_it_sends_is_counted_by_what_came() -> None:
    world = World(FakeWeb(film(20), [9]))
    small = world.web.content[:MIB]
    large, world.web.content = world.web.content, small
    world.fetching = replace(world.fetching, pause=lambda _: setattr(world.web, "content", large))
    world.web.breaks_after = [0]

    assert world.fetch() == "arrived"
    assert world.video.imported
    assert world.video.imported.counted == len(large)


def test_two_that_fetch_the_same_do_not_mix_their_parts() -> None:
    content = film(40)
    world = World(FakeWeb(content))
    other = replace(world.fetching, pause=lambda _: None)
    store, calls = world.sources.put_part, []

    def interrupted(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:  # another began anew meanwhile
            video = world.video
            assert video.imported
            other._anew(video, Download(0, len(content), '"v2"', "", iter(())))
        return store(*given)

    world.sources.put_part = interrupted  # type: ignore[method-assign]
    assert world.fetch() == "unwanted"


def test_one_owner_has_so_many_imports_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST", 2)
    world = World(FakeWeb(film(1)))
    world.importing.create(ANN, URL + "&2", {})

    with pytest.raises(Conflict, match="go on already"):
        world.importing.create(ANN, URL + "&3", {})
    world.importing.create(Caller("bob"), URL, {})


def test_a_file_whose_parts_fit_no_memory_is_refused() -> None:
    assert fetch._part_size(50 * 1024 * MIB) * 9_000 >= 50 * 1024 * MIB
    with pytest.raises(TooLarge):
        fetch._part_size(3 * 1024 * 1024 * MIB)
