"""What becomes of a run once its plan tells what it costs."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeExecutions, FakeLedger, FakeOutput, FakeRunTokens, FakeVideos
from vod import keys
from vod.frozen import Document
from vod.money import estimate
from vod.money.cost import MICRO
from vod.money.limits import Admitted, Limits
from vod.plan.plan import SourceObject
from vod.record.status import Status
from vod.record.video import Source, Video
from vod.source.probe import Probe
from vod.steps.plan import Planning
from vod.steps.start import Starting

HOURS = samples.probe(seconds=12 * 3600.0)
CLIP = samples.probe(seconds=10.0)
NEXT = keys.next_run_id(samples.RUN)
SMALL = 1000
BY_SIZE = estimate.micro_usd(SMALL, "default", samples.PRICE) / MICRO
DEAR = estimate.of_plan(samples.plan(HOURS), HOURS.picture.width * HOURS.picture.height, samples.PRICE) / MICRO


@dataclass
class World:
    """Queued videos of small files, and the steps that start and plan them, with one budget and one ledger."""

    usd: float = 0
    limits: Limits = field(default_factory=Limits)
    videos: FakeVideos = field(default_factory=FakeVideos)
    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(firsts={"2026-01-02"}))
    executions: FakeExecutions = field(default_factory=FakeExecutions)
    later: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.output = FakeOutput()
        starting = samples.starting(self.videos, self.executions, self.ledger, self.usd)
        self.starting: Starting = replace(starting, now=lambda: samples.NOW + self.later)

    def queued(self, number: int = 1, owner: str = "ann") -> Video:
        source = Source("key", "v1", SMALL)
        video = samples.video(Status.QUEUED, id=f"{number:020x}", owner=owner, source=source)
        self.videos.create(video)
        return video

    def started(self, number: int = 1, owner: str = "ann") -> Video:
        video = self.queued(number, owner)
        assert self.starting.start(video)
        return video

    def plan(self, video: Video, probe: Probe = HOURS) -> Document:
        """What the execution of the video's run is told."""
        record, source = self.video(video), SourceObject(bucket="b", key="key", version="v1", size=SMALL)
        step = samples.admission(self.videos, self.ledger, self.usd, self.limits)
        admission = replace(step, waiting=self.starting.waiting, now=self.starting.now)
        return Planning(self.videos, self.output, admission, FakeRunTokens(), now=lambda: samples.NOW).plan(
            video.id, (record.remade_now or record).run or "", source, probe
        )

    def video(self, video: Video) -> Video:
        found = self.videos.get(video.id)
        assert found
        return found

    def end(self, video: Video, run: str = samples.RUN) -> None:
        self.ledger.release(keys.execution_name(video.id, run))


def test_the_examples_are_what_they_should_be() -> None:
    assert DEAR > 100 * BY_SIZE


def test_what_its_plan_needs_takes_the_place_of_what_was_set_aside_by_size() -> None:
    world = World(usd=2 * DEAR)

    assert world.plan(world.started())["outcome"] == "planned"
    [(left, owner, _)] = world.ledger.reserved.values()
    assert (left / MICRO, owner) == (pytest.approx(DEAR), "ann")


def test_what_the_budget_does_not_reach_starts_no_task_and_waits_with_its_price_known() -> None:
    world = World(usd=DEAR / 2)
    video = world.started()

    assert world.plan(video) == {"outcome": "postponed"}

    record = world.video(video)
    assert (record.status, record.waits_for, record.run) == (Status.QUEUED, "budget", NEXT)
    assert record.planned_micro_usd == round(DEAR * MICRO)
    assert [(held.video_id, held.run) for held in world.starting.waiting.of_owner("ann", 9)] == [(video.id, NEXT)]
    assert world.output.objects == {}
    assert world.starting.resume().started == []


def test_more_budget_lets_it_go_in_a_new_run_that_is_priced_right_from_its_start() -> None:
    world = World(usd=DEAR / 2)
    video = world.started()
    world.plan(video)
    world.end(video)
    world.starting = replace(world.starting, budget=replace(world.starting.budget, micro_usd=round(1.5 * DEAR * MICRO)))
    world.usd = 1.5 * DEAR

    assert world.starting.resume().started == [video.id]
    assert list(world.executions.started) == [f"{video.id}-{samples.RUN}", f"{video.id}-{NEXT}"]
    other = world.queued(2)
    replace_price = replace(other, planned_micro_usd=round(DEAR * MICRO))
    world.videos.records[other.id] = replace_price
    assert not world.starting.start(replace_price), "the first has its whole price set aside"
    assert world.plan(video)["outcome"] == "planned"


def test_a_film_dearer_than_a_days_budget_is_the_first_of_the_next_day_and_its_plan_does_not_stop_it() -> None:
    world = World(usd=DEAR / 2)
    video = world.started()
    world.plan(video)
    world.end(video)
    world.later = timedelta(days=1)

    assert world.starting.resume().started == [video.id]
    assert world.plan(video)["outcome"] == "planned"


def test_who_is_the_first_of_a_day_by_its_size_stays_it_by_its_plan() -> None:
    world = World(usd=BY_SIZE / 2, ledger=FakeLedger())
    video = world.started()

    assert world.plan(video)["outcome"] == "planned"


def test_planning_twice_sets_nothing_aside_twice_and_postpones_once() -> None:
    world = World(usd=DEAR / 2)
    video = world.started()
    world.plan(video)
    again = world.starting.videos.get(video.id)

    step = Planning(
        world.videos, world.output, samples.admission(world.videos, world.ledger, world.usd), FakeRunTokens()
    )
    source = SourceObject(bucket="b", key="key", version="v1", size=SMALL)
    assert step.plan(video.id, samples.RUN, source, HOURS) == {"outcome": "unwanted"}
    assert world.starting.videos.get(video.id) == again


def test_a_video_that_was_cancelled_while_it_was_planned_does_not_wait() -> None:
    world = World(usd=DEAR / 2)
    video = world.started()

    class Cancelled(FakeLedger):
        def of_day(self, day: str) -> object:  # type: ignore[override]
            spent = super().of_day(day)
            world.videos.records[video.id] = replace(world.video(video), status=Status.CANCELLED, version=1)
            return spent

    world.ledger.__class__ = Cancelled

    assert world.plan(video) == {"outcome": "postponed"}
    assert (world.video(video).status, world.video(video).run) == (Status.CANCELLED, samples.RUN)
    assert world.starting.waiting.of_owner("ann", 9) == ()


def test_a_run_that_is_cancelled_while_it_is_planned_begins_no_later_one_of_the_same_video() -> None:
    world = World(usd=1.5 * DEAR)
    video = world.started()

    class Retried(FakeLedger):
        def admit(self, *asked: Any) -> Admitted:
            world.videos.save(replace(world.video(video), run=NEXT))
            return super().admit(*asked)

    world.ledger.__class__ = Retried
    assert world.plan(video) == {"outcome": "unwanted"}
    assert (world.video(video).status, world.video(video).run) == (Status.QUEUED, NEXT)

    world.ledger.__class__ = FakeLedger
    assert world.plan(video) == {"outcome": "postponed"}, "the first still has its money set aside"


def test_what_is_transcoded_already_is_planned_again_only_if_its_run_was_admitted() -> None:
    world = World(limits=Limits(owner_seconds=1))
    video = replace(world.queued(), status=Status.TRANSCODING)
    world.videos.records[video.id] = video

    assert world.plan(video)["outcome"] == "refused"


def test_a_call_without_money_does_not_postpone_what_a_repeat_of_it_began_meanwhile() -> None:
    world = World(usd=DEAR / 2)
    video = world.started()

    class Slow(FakeLedger):
        def admit(self, *asked: Any) -> Admitted:
            self.__class__ = FakeLedger  # type: ignore[assignment]
            answer = self.admit(*asked)
            world.usd = 2 * DEAR
            assert world.plan(video)["outcome"] == "planned"
            return answer

    world.ledger.__class__ = Slow

    assert world.plan(video)["outcome"] == "planned"
    record = world.video(video)
    assert (record.status, record.run, record.waits_for) == (Status.TRANSCODING, samples.RUN, None)
    assert world.starting.waiting.of_owner("ann", 9) == ()


def test_a_video_that_costs_too_much_needs_an_admin_and_nothing_is_set_aside_for_it() -> None:
    world = World(limits=Limits(video_micro_usd=round(DEAR * MICRO / 2)))
    video = world.queued()

    answer = world.plan(video)

    assert (answer["outcome"], answer["error"]["code"]) == ("refused", "approval_required")
    assert world.ledger.reserved == {}
    assert world.output.objects == {}
    world.videos.records[video.id] = replace(world.video(video), approved_run="the run before")
    assert world.plan(video)["outcome"] == "refused"
    world.videos.records[video.id] = replace(world.video(video), approved_run=samples.RUN)
    assert world.plan(video)["outcome"] == "planned"


def test_who_needs_an_admin_does_not_use_up_what_the_first_of_a_day_may_cost() -> None:
    world = World(usd=BY_SIZE / 2, limits=Limits(video_micro_usd=round(DEAR * MICRO / 2)), ledger=FakeLedger())
    refused = world.started()

    assert world.plan(refused)["outcome"] == "refused"
    world.end(refused)

    assert world.plan(world.started(2), CLIP)["outcome"] == "planned"


def test_an_approval_goes_with_a_video_that_has_to_wait_for_the_budget() -> None:
    world = World(usd=DEAR / 2, limits=Limits(video_micro_usd=1))
    video = world.started()
    world.videos.records[video.id] = replace(world.video(video), approved_run=samples.RUN)

    assert world.plan(video)["outcome"] == "postponed"
    assert world.video(video).approved_run == NEXT


@pytest.mark.parametrize(
    "limits", [Limits(owner_micro_usd=round(DEAR * MICRO)), Limits(owner_seconds=12 * 3600 + 5)], ids=["usd", "hours"]
)
def test_the_limits_of_one_owner_do_not_stop_another_and_end_with_the_day(limits: Limits) -> None:
    world = World(limits=limits)

    assert world.plan(world.queued(1))["outcome"] == "planned"
    refused = world.plan(second := world.queued(2), CLIP if limits.owner_seconds else HOURS)
    assert (refused["outcome"], refused["error"]["code"]) == ("refused", "daily_limit_reached")
    assert world.plan(world.queued(3, owner="bob"))["outcome"] == "planned"

    world.later = timedelta(days=1)
    assert world.plan(second)["outcome"] == "planned"


def test_planning_twice_counts_once_against_its_owner() -> None:
    world = World(limits=Limits(owner_seconds=12 * 3600 + 5))
    video = world.queued()
    world.plan(video)
    world.videos.records[video.id] = video  # killed before the record said that it is transcoding

    assert world.plan(video)["outcome"] == "planned"


def test_what_waits_for_the_budget_counts_nothing_against_its_owner() -> None:
    world = World(usd=DEAR / 2, limits=Limits(owner_seconds=12 * 3600))
    video = world.started()
    world.plan(video)
    world.end(video)
    world.usd = 2 * DEAR

    assert world.plan(video)["outcome"] == "planned"
