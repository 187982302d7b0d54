from dataclasses import dataclass

from tests import samples
from tests.fakes import FakeExecutions, FakeLedger, FakeMetrics, FakeVideos
from vod.ports import Held
from vod.status import Status
from vod.steps.watch import Watching


@dataclass
class ThreeTasks:
    def count(self) -> int:
        return 3


def watching(usd: float) -> Watching:
    video = samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z")
    ledger = FakeLedger(waiting=[Held(video.id, samples.RUN, "2026-01-02T00:00:00.000Z")])
    starting = samples.starting(FakeVideos({video.id: video}), FakeExecutions(), ledger, usd)
    return Watching(starting, ledger, ThreeTasks(), FakeMetrics(), lambda: samples.NOW)


def test_what_runs_waits_and_was_spent_becomes_figures() -> None:
    step = watching(usd=0)

    assert step.watch() == 1
    assert {name: value for name, value, _, _ in step.metrics.figures} == {  # type: ignore[attr-defined]
        "TasksRunning": 3,
        "VideosHeld": 0,
        "SpentToday": 0,
    }


def test_a_chunk_that_waits_for_capacity_is_counted() -> None:
    step = watching(usd=0)

    assert step.no_capacity("4", 1) == 2
    assert step.metrics.of("NoCapacity") == [1]  # type: ignore[attr-defined]
