from dataclasses import dataclass
from datetime import timedelta

from tests import samples
from tests.fakes import FakeExecutions, FakeLedger, FakeMetrics, FakeVideos
from vod.ports import Held
from vod.status import Status
from vod.steps.watch import Watching


@dataclass
class ThreeTasks:
    def count(self) -> int:
        return 3


HELD = Held(samples.VIDEO_ID, samples.RUN, "2026-01-02T00:00:00.000Z")


def watching(*held: Held) -> Watching:
    video = samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z")
    ledger = FakeLedger(waiting=list(held))
    starting = samples.starting(FakeVideos({video.id: video}), FakeExecutions(), ledger, usd=100)
    return Watching(starting, ledger, ThreeTasks(), FakeMetrics(), lambda: samples.NOW)


def test_what_runs_waits_and_was_spent_becomes_figures_and_what_waits_starts() -> None:
    step = watching(HELD)

    assert step.watch() == 1
    assert {name: value for name, value, _, _ in step.metrics.figures} == {  # type: ignore[attr-defined]
        "TasksRunning": 3,
        "VideosHeld": 1,
        "SpentToday": 0,
    }
    assert step.watch() == 0


def test_what_was_set_aside_for_a_run_whose_end_nobody_told_is_released() -> None:
    step = watching()
    step.ledger.reserve("lost", 5, 0, samples.NOW - timedelta(days=4))
    step.ledger.reserve("runs", 5, 5, samples.NOW - timedelta(days=2))

    step.watch()

    assert list(step.ledger.reserved) == ["runs"]  # type: ignore[attr-defined]


def test_a_chunk_that_waits_for_capacity_is_counted() -> None:
    step = watching()

    step.no_capacity()

    assert step.metrics.of("NoCapacity") == [1]  # type: ignore[attr-defined]
