"""The index and customers' ids in DynamoDB; the same searches as in memory (tests/unit/steps/test_search.py)."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integration.conftest import TABLE
from tests.unit.steps.test_search import ANN, BOB, FILMS, ROOT, day
from vod.aws import external_ids, finding
from vod.aws.external_ids import DynamoExternalIds
from vod.aws.finding import DynamoFinding
from vod.aws.videos import DynamoVideos
from vod.ports.finding import Ref
from vod.steps import index
from vod.steps.search import Query, Searching, Sort


@pytest.fixture
def step(table: Any) -> Searching:
    made = Searching(DynamoVideos(table, TABLE), DynamoFinding(table, TABLE), DynamoExternalIds(table, TABLE))
    for film in FILMS:
        index.add(made.finding, film)
        made.videos.create(film)
        if film.external_id:
            made.external.claim(film.owner, film.external_id, film.id)
    return made


def found(step: Searching, query: Query, caller: Any = ANN) -> list[int]:
    return [int(video.id, 16) for video in step.page(caller, query, 50, None).videos]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (Query("rom"), [4, 3, 1]),
        (Query("again", tags=("italy",)), [4]),
        (Query(metadata=(("course", "history"),)), [3, 1]),
        (Query(sort=Sort.TITLE), [2, 3, 1, 4]),
        (Query(sort=Sort.TITLE_BACKWARDS), [4, 1, 3, 2]),
        (Query(sort=Sort.OLDEST), [1, 2, 3, 4]),
        (Query(created_from=day(2), created_before=day(4)), [3, 2]),
        (Query(created_before=day(2)), [1]),
        (Query(external_id="o-4"), [4]),
    ],
)
def test_what_fits_is_found_in_its_order(step: Searching, query: Query, numbers: list[int]) -> None:
    assert found(step, query) == numbers


def test_owners_find_their_own_and_admins_all(step: Searching) -> None:
    assert found(step, Query("rome"), BOB) == [5]
    assert found(step, Query("rome"), ROOT) == [5, 4, 1]
    assert found(step, Query(external_id="o-4"), BOB) == [5]


@pytest.mark.parametrize("query", [Query("rom"), Query(sort=Sort.TITLE), Query(sort=Sort.OLDEST)])
def test_pages_follow_each_other(step: Searching, query: Query) -> None:
    first = step.page(ANN, query, 2, None)
    rest = step.page(ANN, query, 2, first.cursor)

    assert [*first.videos, *rest.videos] == list(step.page(ANN, query, 4, None).videos)
    assert len(rest.videos) >= 1


def test_a_list_longer_than_a_page_of_dynamodb_is_read_whole(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = DynamoFinding(table, TABLE)
    for number in range(60):
        lists.add("ann", Ref(day(number), f"{number:020x}"), [f"w#word{number % 3}", f"n#title {number}"])

    assert len(lists.refs("ann", "w#word", 1000)) == 60
    assert len(lists.refs(None, "w#word1", 1000)) == 20
    assert len(lists.refs("ann", "w#word", 9)) == 10  # one more, to tell that there are more


def test_it_can_be_broken_off_anywhere_and_done_again(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lists, ref = DynamoFinding(table, TABLE), Ref(day(1), "1" * 20)
    with monkeypatch.context() as broken:
        broken.setattr(DynamoFinding, "_write", lambda *_: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            lists.add("ann", ref, ["w#a", "w#b"])
    assert lists.terms(ref.id) == {"w#a", "w#b"}  # more than there is: a removal finds all

    lists.add("ann", ref, ["w#a", "w#b"])
    lists.remove("ann", ref, ["w#a", "w#b"])
    assert (lists.terms(ref.id), lists.refs("ann", "w#", 9)) == (frozenset(), [])


def test_a_try_that_died_with_another_date_leaves_nothing(step: Searching) -> None:
    film, later = FILMS[0], replace(FILMS[0], created_at=day(9))
    index.add(step.finding, later)

    assert found(step, Query("spring")) == [1]
    assert found(step, Query(sort=Sort.TITLE)) == [2, 3, 1, 4]
    index.remove(step.finding, film)
    assert (step.finding.refs("ann", "w#spring", 9), step.finding.refs(None, "w#spring", 9)) == ([], [])


def test_the_index_lists_no_videos_elsewhere(step: Searching) -> None:
    assert len(step.videos.page(None, None, 100, None).videos) == len(FILMS)


def test_a_deleted_video_gives_its_id_up(step: Searching) -> None:
    step.videos.delete(FILMS[3].id)

    assert step.external.holder("ann", "o-4") is None
    assert step.external.holder("bob", "o-4") == FILMS[4].id


def test_ids_are_claimed_once_taken_when_they_came_to_nothing_and_released_by_their_own(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = DynamoExternalIds(table, TABLE)
    assert [ids.claim("ann", "x", "1"), ids.claim("ann", "x", "2"), ids.claim("bob", "x", "3")] == ["1", "1", "3"]
    assert not ids.take("ann", "x", "2", "1")

    now = external_ids.time.time()
    monkeypatch.setattr(external_ids.time, "time", lambda: now + 120)
    assert not ids.take("ann", "x", "2", "another")
    assert ids.take("ann", "x", "2", "1")
    assert ids.claim("ann", "x", "2") == "2"
    ids.release("ann", "x", "1")
    assert ids.holder("ann", "x") == "2"
    ids.release("ann", "x", "2")
    ids.release("ann", "x", "2")
    assert ids.holder("ann", "x") is None
    assert finding.EVERYBODY not in "abcdefghijklmnopqrstuvwxyz0123456789_.@-"
