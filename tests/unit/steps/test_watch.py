from dataclasses import dataclass, replace

from tests import samples
from tests.fakes import FakeExecutions, FakeLedger, FakeMetrics, FakeVideos
from vod.ports.services import Held, Room
from vod.record.status import Status
from vod.steps.start import Budget
from vod.steps.turns import Turns
from vod.steps.watch import Watching


@dataclass
class ThreeTasks:
    def count(self) -> int:
        return 3


HELD = Held(samples.VIDEO_ID, samples.RUN, "ann", "2026-01-02T00:00:00.000Z")


def watching(*held: Held) -> Watching:
    video = samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z")
    ledger = FakeLedger()
    starting = samples.starting(FakeVideos({video.id: video}), FakeExecutions(), ledger, usd=100)
    for each in held:
        starting.waiting.hold(each)
    return Watching(starting, ledger, ThreeTasks(), FakeMetrics(), lambda: samples.NOW)


def test_what_runs_waits_and_was_spent_becomes_figures_and_what_waits_starts() -> None:
    step = watching(HELD)

    assert step.watch() == 1
    assert {name: value for name, value, _, _ in step.metrics.figures} == {  # type: ignore[attr-defined]
        "TasksRunning": 3,
        "VideosWaiting": 0,
        "VideosHeld": 0,
        "SpentToday": 0,
    }
    assert step.watch() == 0


def test_only_what_waits_for_money_is_held() -> None:
    step = watching(HELD)
    short = replace(step, starting=replace(step.starting, budget=Budget(1, samples.PRICE)))
    short.ledger.firsts.add("2026-01-02")
    full = replace(step, starting=replace(step.starting, turns=Turns(videos=1)))

    short.watch()
    assert (short.metrics.of("VideosWaiting"), short.metrics.of("VideosHeld")) == ([1], [1])  # type: ignore[attr-defined]
    full.ledger.reserve("another", "bob", 5, Room(0, 9, 9), samples.NOW)
    full.watch()
    assert (full.metrics.of("VideosWaiting"), full.metrics.of("VideosHeld")) == ([1, 1], [1, 0])  # type: ignore[attr-defined]


def test_the_end_of_a_run_gives_its_turn_to_who_waits() -> None:
    step = watching(HELD)
    step = replace(step, starting=replace(step.starting, turns=Turns(videos=1)))
    step.ledger.reserve("v-r", "bob", 5, Room(0, 9, 9), samples.NOW)

    assert step.execution_ended({"videoId": "v", "run": "r"}).started == [samples.VIDEO_ID]
    assert step.execution_ended({"videoId": "v", "run": "r"}).started == []


def test_a_chunk_that_waits_for_capacity_is_counted() -> None:
    step = watching()

    step.no_capacity()

    assert step.metrics.of("NoCapacity") == [1]  # type: ignore[attr-defined]
