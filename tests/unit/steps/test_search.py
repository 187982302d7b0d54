from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeExternalIds, FakeFinding, FakeMarks, FakeVideos
from vod import clock
from vod.access.caller import Caller
from vod.errors import Conflict, InvalidRequest
from vod.ports.finding import Ref
from vod.record import terms
from vod.record.status import Status
from vod.record.video import Video
from vod.steps import external_ids, index, search
from vod.steps.index import CatchingUp
from vod.steps.search import Query, Searching, Sort

ANN, BOB, ROOT = Caller("ann"), Caller("bob"), Caller("root", is_admin=True)


def made(number: int, title: str, owner: str = "ann", **given: Any) -> Video:
    moment = clock.stamp(samples.NOW + timedelta(days=number))
    return replace(
        samples.video(given.pop("status", Status.READY), title=title, owner=owner, filename=f"{title}.mp4", **given),
        id=f"{number:020x}", created_at=moment, updated_at=moment,
    )  # fmt: skip


FILMS = [
    made(1, "Rome in spring", tags=("Travel", "italy"), metadata={"course": "history"}),
    made(2, "Érase una vez", tags=("travel",), metadata={"course": "Spanish"}),
    made(3, "Roman roads", metadata={"course": "history"}, status=Status.FAILED),
    made(4, "rome, again", tags=("italy",), external_id="o-4"),
    made(5, "Rome of Bob", owner="bob", tags=("italy",), external_id="o-4"),
]


def searching(films: Iterable[Video] = FILMS) -> Searching:
    step = Searching(FakeVideos({film.id: film for film in films}), FakeFinding(), FakeExternalIds())
    for film in films:
        index.add(step.finding, film)
        if film.external_id:
            step.external.claim(film.owner, film.external_id, film.id)
    return step


def found(query: Query, caller: Caller = ANN, step: Searching | None = None) -> list[int]:
    return [int(video.id, 16) for video in (step or searching()).page(caller, query, 50, None).videos]


def day(number: float) -> str:
    return clock.stamp(samples.NOW + timedelta(days=number))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (Query(), [4, 3, 2, 1]),
        (Query("rom"), [4, 3, 1]),
        (Query("ROME"), [4, 1]),
        (Query("spring rome"), [1]),
        (Query("erase"), [2]),
        (Query("érase  VEZ!"), [2]),
        (Query("me"), []),
        (Query("?!"), []),
        (Query(tags=("ITALY",)), [4, 1]),
        (Query(tags=("italy", "travel")), [1]),
        (Query("again", tags=("italy",)), [4]),
        (Query(metadata=(("course", "history"),)), [3, 1]),
        (Query(metadata=(("course", "History"),)), []),
        (Query("rom", status=Status.FAILED), [3]),
        (Query("rom", sort=Sort.OLDEST), [1, 3, 4]),
        (Query(sort=Sort.OLDEST), [1, 2, 3, 4]),
        (Query(sort=Sort.TITLE), [2, 3, 1, 4]),
        (Query("rome", sort=Sort.TITLE_BACKWARDS), [4, 1]),
        (Query(created_from=day(2)), [4, 3, 2]),
        (Query(created_from=day(2), created_before=day(4)), [3, 2]),
        (Query("rom", created_before=day(4)), [3, 1]),
        (Query(sort=Sort.TITLE, created_from=day(3)), [3, 4]),
        (Query(created_from=day(4), created_before=day(2)), []),
        (Query(external_id="o-4"), [4]),
        (Query("spring", external_id="o-4"), []),
        (Query(external_id="o-5"), []),
    ],
)
def test_what_fits_is_found_in_its_order(query: Query, numbers: list[int]) -> None:
    assert found(query) == numbers


def test_nobody_finds_what_is_another_s_and_an_admin_finds_all() -> None:
    assert found(Query("rome"), BOB) == [5]
    assert found(Query(external_id="o-4"), BOB) == [5]
    assert found(Query("rome"), ROOT) == [5, 4, 1]
    assert found(Query(sort=Sort.TITLE), ROOT) == [2, 3, 1, 5, 4]


@pytest.mark.parametrize("query", [Query("film"), Query(sort=Sort.TITLE), Query("film", sort=Sort.OLDEST), Query()])
def test_pages_follow_each_other_without_a_gap(query: Query) -> None:
    step = searching([made(number, f"film {number % 7}") for number in range(1, 24)])

    pages, cursor = [], None
    while True:
        page = step.page(ANN, query, 4, cursor)
        pages += [video.id for video in page.videos]
        if not (cursor := page.cursor):
            break

    assert pages == [video.id for video in step.page(ANN, query, 50, None).videos]
    assert len(set(pages)) == 23


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("cursor", ["???", "bm90aGluZw==", "bm90aGluZyM="])
def test_a_cursor_that_nobody_gave_out_is_refused(sort: Sort, cursor: str) -> None:
    if sort in (Sort.NEWEST, Sort.OLDEST):
        with pytest.raises(InvalidRequest):
            searching().page(ANN, Query("rome", sort=sort), 5, cursor)
    else:
        with pytest.raises(InvalidRequest):
            searching().page(ANN, Query(sort=sort), 5, cursor)


def test_a_word_that_fits_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 2)

    with pytest.raises(InvalidRequest, match="longer word"):
        found(Query("rom"))
    assert found(Query("spring")) == [1]


def test_where_the_index_says_too_much_the_record_counts() -> None:
    step = searching()
    renamed = replace(FILMS[0], title="Paris", filename="p.mp4")
    index.add(step.finding, renamed)

    assert found(Query("paris"), step=step) == []  # whoever wrote it died before the record
    assert isinstance(step.videos, FakeVideos)
    step.videos.records[renamed.id] = renamed
    assert (found(Query("paris"), step=step), found(Query("spring"), step=step)) == ([1], [])
    index.settle(step.finding, step.videos, renamed.id)
    assert step.finding.terms(renamed.id) == terms.of(renamed)
    index.remove(step.finding, renamed)
    assert step.finding.terms(renamed.id) == frozenset()


def test_videos_of_an_earlier_release_are_listed_a_pass_at_a_time() -> None:
    step, marks = searching([]), FakeMarks()
    videos = FakeVideos({film.id: film for film in (made(number, f"film {number}") for number in range(1, 251))})
    step = replace(step, videos=videos)
    catching_up = CatchingUp(videos, step.finding, marks)

    def passes(pages: int) -> int:
        left = iter([False] * pages + [True])
        return catching_up.go_on(lambda: next(left))

    assert [passes(1), passes(1), passes(5), passes(5)] == [100, 100, 50, 0]
    assert len(found(Query("film"), step=step)) == 50
    assert all(step.finding.terms(video_id) for video_id in videos.records)


def test_a_try_that_died_is_made_good_by_the_next() -> None:
    step, film = searching([]), FILMS[0]
    assert isinstance(step.finding, FakeFinding)
    step.finding.listed[film.id] = ("ann", Ref(film.created_at, film.id), set())  # noted, and nothing listed

    index.add(step.finding, film)

    assert step.finding.terms(film.id) == terms.of(film)


def test_while_a_title_changes_a_video_is_listed_once_and_where_its_record_says() -> None:
    step = searching()
    index.add(step.finding, replace(FILMS[0], title="Zzz"))  # and the record still says Rome

    assert found(Query(sort=Sort.TITLE), step=step) == [2, 3, 1, 4]


def test_two_changes_at_once_leave_a_video_listed_by_what_it_is() -> None:
    step = searching()
    assert isinstance(step.videos, FakeVideos)
    one, two = replace(FILMS[0], title="One"), replace(FILMS[0], title="Two")
    index.add(step.finding, one)
    index.add(step.finding, two)
    step.videos.records[two.id] = two

    index.settle(step.finding, step.videos, one.id)  # whoever wrote "One" comes late

    assert found(Query("two"), step=step) == [1]


def test_a_page_that_looked_long_enough_is_short_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_AT_A_TIME", 5)
    monkeypatch.setattr(search, "_MOST_ROUNDS", 2)
    films = [
        made(number, f"film {number:03}", status=Status.FAILED if number == 23 else Status.READY)
        for number in range(1, 30)
    ]
    step = searching(films)

    pages, cursor = [], None
    for _ in range(10):
        page = step.page(ANN, Query(sort=Sort.TITLE, status=Status.FAILED), 3, cursor)
        pages += [int(video.id, 16) for video in page.videos]
        if not (cursor := page.cursor):
            break

    assert pages == [23]


def test_a_customer_s_id_of_a_video_that_is_being_deleted_is_free() -> None:
    gone = replace(FILMS[3], status=Status.DELETING)
    ids, videos = FakeExternalIds(), FakeVideos({gone.id: gone})
    ids.claim("ann", "o-4", gone.id)

    external_ids.claim(ids, videos, "ann", "o-4", FILMS[0].id)

    assert ids.holder("ann", "o-4") == FILMS[0].id


def test_a_customer_s_id_is_one_video_s() -> None:
    ids, videos = FakeExternalIds(), FakeVideos({film.id: film for film in FILMS})
    external_ids.claim(ids, videos, "ann", "o-4", FILMS[3].id)

    external_ids.claim(ids, videos, "ann", "o-4", FILMS[3].id)
    external_ids.claim(ids, videos, "bob", "o-4", FILMS[4].id)
    with pytest.raises(Conflict, match=FILMS[3].id):
        external_ids.claim(ids, videos, "ann", "o-4", FILMS[0].id)


def test_a_customer_s_id_that_came_to_nothing_is_free_again_after_a_while() -> None:
    ids, videos = FakeExternalIds(are_settled=False), FakeVideos()
    ids.claim("ann", "o-9", "f" * 20)  # and its function died

    with pytest.raises(Conflict):
        external_ids.claim(ids, videos, "ann", "o-9", FILMS[0].id)
    ids.are_settled = True
    external_ids.claim(ids, videos, "ann", "o-9", FILMS[0].id)

    assert ids.holder("ann", "o-9") == FILMS[0].id


def test_terms_are_bounded_and_none_is_another_s() -> None:
    long = made(1, "w" * 200, tags=("#t" * 20, "x#y"), metadata={"a": "b" * 500, "a.b": "c"})

    found = terms.of(long)

    assert all(len(f"{term}#{long.created_at}#{long.id}".encode()) < 1024 for term in found)
    assert terms.tag("x") != terms.tag("x#y")
    assert terms.pair("a", "b") != terms.pair("ab", "")
    assert terms.of(replace(long, status=Status.DELETING)) == frozenset()
