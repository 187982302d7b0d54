from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from tests import samples
from tests.fakes import FakeExecutions, FakeLedger, FakeVideos
from vod.frozen import Document
from vod.money import estimate
from vod.money.cost import MICRO, EndedTask, Spent
from vod.plan.sizing import TaskSize
from vod.ports.services import Room
from vod.record.status import Status
from vod.record.video import Source, Video
from vod.steps.start import Starting
from vod.steps.turns import Turns

SIZE = 10**9
ONE = estimate.micro_usd(SIZE, "default", samples.PRICE) / MICRO
TODAY = "2026-01-02"


def queued(number: int, **changes: object) -> Video:
    known = {
        "id": f"{number:020x}",
        "source": Source("key", "v1", SIZE),
        "queued_at": f"2026-01-02T00:00:{number:02}.000Z",
    }
    return samples.video(**({"status": Status.QUEUED} | known | changes))  # type: ignore[arg-type]


def starting(videos: list[Video], usd: float, had_its_first: bool = True) -> Starting:
    ledger = FakeLedger(firsts={TODAY} if had_its_first else set())
    return samples.starting(FakeVideos({video.id: video for video in videos}), FakeExecutions(), ledger, usd)


def started(step: Starting) -> list[str]:
    assert isinstance(step.executions, FakeExecutions)
    return [name.split("-")[0] for name in step.executions.started]


def spend(step: Starting, usd: float, day: str = TODAY) -> None:
    task = EndedTask("t", "v", "r", TaskSize(1024, 2048), 60, is_spot=True, day=day)
    step.ledger.note_task(task, round(usd * MICRO))


def shown(step: Starting, video: Video) -> str | None:
    record = step.videos.get(video.id)
    return record.waits_for if record else None


def test_without_a_budget_everything_starts_and_nothing_is_set_aside() -> None:
    step = starting([queued(1)], usd=0)

    assert step.start(queued(1))
    assert started(step) == [queued(1).id]
    assert step.ledger.reserved == {}  # type: ignore[attr-defined]


def test_what_the_budget_does_not_reach_waits_and_says_so() -> None:
    videos = [queued(number) for number in (1, 2, 3)]
    step = starting(videos, usd=2.5 * ONE)

    assert [step.start(video) for video in videos] == [True, True, False]
    assert started(step) == [video.id for video in videos[:2]]
    assert [shown(step, video) for video in videos] == [None, None, "budget"]


def test_what_was_spent_today_counts_and_what_was_spent_yesterday_does_not() -> None:
    today, yesterday = starting([queued(1)], usd=2 * ONE), starting([queued(1)], usd=2 * ONE)
    spend(today, 1.5 * ONE)
    spend(yesterday, 1.5 * ONE, "2026-01-01")

    assert not today.start(queued(1))
    assert yesterday.start(queued(1))


def test_once_a_day_one_starts_for_which_there_is_no_room() -> None:
    step = starting([queued(1), queued(2)], usd=ONE / 10, had_its_first=False)

    assert step.start(queued(1))
    assert not step.start(queued(2))
    assert step.resume().started == []


def test_a_duplicate_sets_nothing_aside_twice() -> None:
    step = starting([queued(1), queued(2)], usd=2.5 * ONE)

    assert step.start(queued(1))
    assert step.start(queued(1))
    assert step.start(queued(2))


def test_a_duplicate_that_comes_after_the_end_leaves_nothing_set_aside() -> None:
    step = starting([queued(1)], usd=2.5 * ONE)
    step.start(queued(1))
    step.ledger.release(f"{queued(1).id}-{samples.RUN}")

    assert step.start(queued(1))
    assert step.ledger.reserved == {}  # type: ignore[attr-defined]


def test_an_execution_that_could_not_be_started_leaves_nothing_set_aside() -> None:
    class Refusing(FakeExecutions):
        def start(self, name: str, payload: Document) -> bool:
            raise ConnectionError(name)

    step = replace(starting([queued(1)], usd=2.5 * ONE), executions=Refusing())

    with pytest.raises(ConnectionError):
        step.start(queued(1))
    assert step.ledger.reserved == {}  # type: ignore[attr-defined]


def test_those_that_wait_start_in_their_order_once_there_is_room() -> None:
    videos = [queued(number) for number in (1, 2, 3)]
    step = starting(videos, usd=2.5 * ONE)
    spend(step, 3 * ONE)
    for video in videos:
        assert not step.start(video)
    step.ledger.tasks.clear()  # type: ignore[attr-defined]

    assert len(step.resume().started) == 2
    assert started(step) == [videos[0].id, videos[1].id]
    assert [held.video_id for held in step.waiting.of_owner("ann", 10)] == [videos[2].id]
    assert [shown(step, video) for video in videos] == [None, None, "budget"]


def test_a_newcomer_does_not_overtake_who_waits() -> None:
    step = starting([queued(1), queued(2)], usd=2.5 * ONE)
    spend(step, 3 * ONE)
    step.start(queued(1))
    step.ledger.tasks.clear()  # type: ignore[attr-defined]

    assert step.start(queued(2)), "for who waits has begun before it"
    assert started(step) == [queued(1).id, queued(2).id]


def test_a_film_that_never_fits_holds_up_nobody_and_goes_on_the_next_day() -> None:
    film = queued(1, source=Source("key", "v1", 50 * SIZE))
    step = starting([film, queued(2)], usd=3 * ONE)
    assert not step.start(film)
    assert step.start(queued(2))

    assert step.resume().started == []
    assert [held.video_id for held in step.waiting.of_owner("ann", 10)] == [film.id]
    tomorrow = replace(step, now=lambda: samples.NOW + timedelta(days=1))
    assert tomorrow.resume().started == [film.id]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED, Status.READY])
def test_one_that_is_no_longer_wanted_is_forgotten(status: Status) -> None:
    step = starting([queued(1)], usd=ONE)
    spend(step, 2 * ONE)
    step.start(queued(1))
    step.videos.records[queued(1).id] = queued(1, status=status)  # type: ignore[attr-defined]
    step.ledger.tasks.clear()  # type: ignore[attr-defined]

    assert step.resume().started == []
    assert step.waiting.of_owner("ann", 10) == ()


def of(owner: str, number: int) -> Video:
    return queued(number, owner=owner)


def in_turns(records: list[Video], videos: int, of_owner: int = 0) -> Starting:
    known = FakeVideos({video.id: video for video in records})
    seconds = count()
    step = samples.starting(known, FakeExecutions(), FakeLedger(), turns=Turns(videos, of_owner))
    return replace(step, now=lambda: samples.NOW + timedelta(seconds=next(seconds)))


def end(step: Starting, video: Video) -> None:
    step.ledger.release(f"{video.id}-{video.run}")


def test_a_bulk_upload_does_not_starve_another_owner() -> None:
    bulk, one = [of("ann", number) for number in range(1, 31)], of("bob", 40)
    step = in_turns([*bulk, one], videos=4, of_owner=3)

    assert [step.start(video) for video in bulk] == [True] * 3 + [False] * 27
    assert step.start(one), "a place was left for whoever comes"
    assert shown(step, bulk[3]) == "turn"


def test_the_next_turn_is_for_the_owner_of_whom_the_fewest_run() -> None:
    bulk, few = [of("ann", number) for number in range(1, 11)], [of("bob", number) for number in range(20, 23)]
    step = in_turns([*bulk, *few], videos=3)
    for video in (*bulk, *few):
        step.start(video)

    for ended in bulk[:3]:
        end(step, ended)
        step.resume()

    # None of bob's runs at first; then one of each, and ann's last turn is longer ago; then one of each again.
    assert started(step)[3:] == [few[0].id, bulk[3].id, few[1].id]
    assert [shown(step, video) for video in few] == [None, None, "turn"]


def test_owners_of_whom_as_many_run_take_turns() -> None:
    videos = [of(["ann", "bob", "cat"][number % 3], number) for number in range(12)]
    step = in_turns(videos, videos=1)
    for video in videos:
        step.start(video)

    order = []
    for _ in videos:
        [name] = step.ledger.reserved  # type: ignore[attr-defined]
        order.append(step.videos.get(name.split("-")[0]).owner)  # type: ignore[union-attr]
        step.ledger.release(name)
        step.resume()

    assert sorted(order[:3]) == sorted(order[3:6]) == sorted(order[6:9]) == ["ann", "bob", "cat"]
    assert step.waiting.owners() == ()


def test_a_newcomer_of_another_owner_waits_behind_those_of_whom_as_many_run() -> None:
    step = in_turns([of("ann", 1), of("ann", 2), of("bob", 3)], videos=1)
    step.start(of("ann", 1))
    step.start(of("ann", 2))
    end(step, of("ann", 1))

    assert not step.start(of("bob", 3))
    assert started(step) == [of("ann", 1).id, of("ann", 2).id]


def test_a_duplicate_of_one_that_runs_takes_no_second_turn() -> None:
    step = in_turns([of("ann", 1), of("ann", 2)], videos=1)
    step.start(of("ann", 1))
    step.start(of("ann", 2))

    assert step.start(of("ann", 1))
    assert started(step) == [of("ann", 1).id]
    assert [held.video_id for held in step.waiting.of_owner("ann", 9)] == [of("ann", 2).id]


def test_hundreds_that_wait_go_on_together_when_the_limit_is_raised() -> None:
    videos = [queued(number % 60, id=f"{number:020x}") for number in range(1, 300)]
    step = in_turns(videos, videos=1)
    for video in videos:
        step.start(video)

    assert len(replace(step, turns=Turns(videos=101)).resume().started) == 100


def test_who_has_no_turn_at_midnight_is_still_the_days_first_when_a_turn_is_free() -> None:
    film, other = queued(1, source=Source("key", "v1", 50 * SIZE)), queued(2)
    step = replace(starting([film, other], usd=3 * ONE), turns=Turns(videos=1))
    assert step.start(other)
    assert not step.start(film)
    tomorrow = replace(step, now=lambda: samples.NOW + timedelta(days=1))

    assert tomorrow.resume().started == []
    end(step, other)
    assert tomorrow.resume().started == [film.id]


def test_one_that_was_reserved_before_the_money_was_gone_goes_on() -> None:
    step = starting([queued(1)], usd=2.5 * ONE)
    step.ledger.reserve(f"{queued(1).id}-{samples.RUN}", "ann", round(ONE * MICRO), Room(10**9, 9, 9), samples.NOW)
    spend(step, 3 * ONE)

    assert step.start(queued(1))


def test_an_upload_tries_only_a_few_of_those_for_whom_there_is_no_money_and_of_each_owner_alike() -> None:
    class Counting(FakeLedger):
        def of_day(self, day: str) -> Spent:
            tried.append(day)
            return super().of_day(day)

    tried: list[str] = []
    films = [
        queued(number % 60, id=f"{number:020x}", owner=f"owner{number // 10}", source=Source("key", "v1", 50 * SIZE))
        for number in range(80)
    ]
    cheap = queued(59, id=f"{99:020x}", owner="zoe")
    step = replace(starting([*films, cheap], usd=3 * ONE), ledger=Counting(firsts={TODAY}))
    for film in films:
        step.hold(film)

    assert step.start(cheap)
    assert len(tried) <= 30


def test_those_for_whom_there_is_no_money_leave_tries_for_an_owner_of_whom_one_runs() -> None:
    films = [
        queued(number, id=f"{number:020x}", owner=f"owner{number // 3}", source=Source("key", "v1", 50 * SIZE))
        for number in range(30)
    ]
    runs, cheap = (queued(40 + number, id=f"{90 + number:020x}", owner="zoe") for number in range(2))
    step = replace(starting([*films, runs, cheap], usd=4 * ONE), ledger=FakeLedger(firsts={TODAY}))
    assert step.start(runs)
    for film in films:
        step.hold(film)

    step.hold(cheap)
    assert step.resume(5).started == [cheap.id]
