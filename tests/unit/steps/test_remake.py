"""One rendition of a ready video made anew: who may ask, what is encoded, what is published, and how it ends otherwise."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import m3u8
import pytest

from tests import samples
from tests.fakes import (
    FakeBackground,
    FakeCdn,
    FakeEvents,
    FakeExecutions,
    FakeFinding,
    FakeLedger,
    FakeMetrics,
    FakeOutput,
    FakeReceipts,
    FakeRunTokens,
    FakeScratch,
    FakeSources,
    FakeVideos,
)
from vod import clock, keys
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.encoder.report import ChunkReport, Refusal
from vod.errors import Conflict, InvalidRequest, NotFound, PlanGone
from vod.frozen import Document
from vod.manifest.captions import in_dash, listed
from vod.money.cost import MICRO
from vod.money.limits import Admitted, Limits
from vod.plan.make_plan import remake_plan
from vod.plan.plan import Plan, SourceObject
from vod.record import remakes
from vod.record.status import Status
from vod.record.video import Failure, Remake, Replaced, Source, Video
from vod.steps.captions import Captioning, Wanted
from vod.steps.delete import Deleting, Deletion
from vod.steps.fail import Failing, reason
from vod.steps.plan import Planning
from vod.steps.publish import Publishing
from vod.steps.runs import Runs
from vod.steps.turns import Turns

ANN = Caller("ann")
SOURCE = Source(f"uploads/{samples.VIDEO_ID}/source", "v1", 1000)
BASE_PLAN = samples.plan()
NEXT = keys.next_run_id(samples.RUN)
PREFIX = f"videos/{samples.VIDEO_ID}/{samples.RUN}/"


def track(rendition: str, run: str) -> str:
    return keys.remade_track(rendition, run)


def replaced(name: str) -> Replaced:
    return Replaced(name, clock.stamp(samples.NOW))


@dataclass
class World:
    """A ready video in memory, and every step that has to do with it."""

    turns: Turns = field(default_factory=Turns)

    def __post_init__(self) -> None:
        self.output, self.executions, self.events = FakeOutput(), FakeExecutions(), FakeEvents()
        self.output.put(keys.plan_key(samples.VIDEO_ID, samples.RUN), BASE_PLAN.model_dump_json().encode())
        self._store(BASE_PLAN, samples.report(BASE_PLAN))
        self.videos = FakeVideos({samples.VIDEO_ID: samples.video(Status.TRANSCODING, source=SOURCE)})
        self.publish(samples.RUN)
        self.events.published.clear()
        starting = samples.starting(self.videos, self.executions, FakeLedger(), turns=self.turns)
        self.runs = Runs(self.videos, FakeSources({SOURCE.key: b"x"}), self.executions, starting, lambda: samples.NOW)

    def _store(self, plan: Plan, report: ChunkReport) -> None:
        self.output.put(keys.report_key(plan.video_id, plan.run, 0), report.model_dump_json().encode())
        for key, size in samples.stored(plan.model_copy(update={"run": samples.RUN}), report).items():
            self.output.put(key, bytes(size))

    @property
    def video(self) -> Video:
        video = self.videos.get(samples.VIDEO_ID)
        assert video
        return video

    def publish(self, run: str) -> Document:
        return Publishing(self.videos, self.output, self.events, FakeMetrics(), now=lambda: samples.NOW).publish(
            samples.VIDEO_ID, run
        )

    def plan(
        self, run: str, usd: float = 0, limits: Limits | None = None, ledger: FakeLedger | None = None
    ) -> Document:
        source = SourceObject(bucket="source", key=SOURCE.key, version="v1", size=1000)
        admission = samples.admission(self.videos, ledger, usd, limits)
        admission = replace(admission, waiting=self.runs.starting.waiting)
        return Planning(self.videos, self.output, admission, FakeRunTokens(), now=lambda: samples.NOW).plan(
            samples.VIDEO_ID, run, source, samples.probe()
        )

    def encode(self, run: str) -> Plan:
        """What the encoders leave of a run."""
        plan = Plan.model_validate_json(self.output.get(keys.plan_key(samples.VIDEO_ID, run)))
        self._store(plan, samples.report(plan.of_encoders))
        return plan

    def remake(self, rendition: str = "v540") -> str:
        self.runs.remake(ANN, samples.VIDEO_ID, rendition)
        assert self.video.remake
        return self.video.remake.run


def test_the_video_stays_ready_and_a_run_of_its_own_begins() -> None:
    world = World()

    shown = world.runs.remake(ANN, samples.VIDEO_ID, "v540")

    assert (shown["status"], shown["remake"]) == ("ready", {"rendition": "v540", "progress": 0})
    assert list(world.executions.started) == [keys.execution_name(samples.VIDEO_ID, NEXT)]
    assert world.video.run == samples.RUN
    assert world.video.is_pending


def test_only_the_one_rendition_is_encoded_and_nothing_is_made_once_more() -> None:
    world = World()
    run = world.remake()

    answer = world.plan(run)

    plan = Plan.model_validate_json(world.output.get(answer["planKey"]))
    encoders = plan.of_encoders
    assert [each.name for each in encoders.renditions] == [track("v540", run)]
    assert (encoders.audio, encoders.subtitles, encoders.storyboard) == ((), (), None)
    assert not any(chunk.extras for chunk in encoders.chunks)
    assert [each.name for each in plan.renditions] == ["v720", track("v540", run), "v360", "v240"]
    assert plan.prefix == PREFIX
    assert world.plan(run) | {"token": ""} == answer | {"token": ""}


def test_the_extras_alone_are_no_task_of_a_remake() -> None:
    long = samples.plan(samples.probe(seconds=4000.0))
    world = World()
    world.output.put(keys.plan_key(samples.VIDEO_ID, samples.RUN), long.model_dump_json().encode())
    for chunk in long.chunks:
        world.output.put(keys.report_key(samples.VIDEO_ID, samples.RUN, chunk.index), b"{}")

    chunks = world.plan(world.remake())["chunks"]

    assert len(chunks) == len(long.chunks) - 1
    assert [chunk["index"] for chunk in chunks] == [str(chunk.index) for chunk in long.chunks if chunk.video]


def test_it_takes_the_place_of_the_one_before_under_the_same_name() -> None:
    world = World()
    before = world.video
    run = world.remake()
    world.plan(run)
    world.encode(run)

    assert world.publish(run) == world.publish(run) == {"outcome": "published"}

    video = world.video
    assert [each["name"] for each in video.renditions] == ["v720", "v540", "v360", "v240"]
    assert (video.run, video.plan_run, video.remake, video.replaced) == (samples.RUN, run, None, (replaced("v540"),))
    assert video.warnings == before.warnings
    playlist = world.output.get(PREFIX + "index.m3u8").decode()
    assert f"{track('v540', run)}/index.m3u8" in playlist
    assert "v540/index.m3u8" not in playlist
    assert Counter(event for event, _ in world.events.published) == {"VideoReady": 2}
    assert len({told["id"] for _, told in world.events.published}) == 1


@pytest.mark.parametrize(("is_of_this_release", "others"), [(True, ["v720", "v360", "v240"]), (False, [])])
def test_its_keyframes_come_with_it_and_those_of_others_stay_as_they_are(
    is_of_this_release: bool, others: list[str]
) -> None:
    world = World()
    if not is_of_this_release:
        key = keys.report_key(samples.VIDEO_ID, samples.RUN, 0)
        world.output.put(key, world.output.get(key).replace(b'"key_bytes":400', b'"key_bytes":0'))
    run = world.remake()
    world.plan(run)
    world.encode(run)

    assert world.publish(run) == {"outcome": "published"}

    listed = m3u8.loads(world.output.get(PREFIX + "index.m3u8").decode()).iframe_playlists
    made = track("v540", run)
    assert sorted(each.uri for each in listed) == sorted(f"{name}/iframes.m3u8" for name in [made, *others])
    assert m3u8.loads(world.output.get(f"{PREFIX}{made}/iframes.m3u8").decode()).is_i_frames_only


def test_the_next_one_is_made_from_what_was_made_anew() -> None:
    world = World()
    runs = []
    for rendition in ("v540", "v720", "v540"):
        run = world.remake(rendition)
        runs.append(run)
        world.plan(run)
        world.encode(run)
        assert world.publish(run) == {"outcome": "published"}

    playlist = world.output.get(PREFIX + "index.m3u8").decode()
    assert [line.split("/")[0] for line in playlist.splitlines() if line.startswith("v")] == [
        track("v720", runs[1]),
        track("v540", runs[2]),
        "v360",
        "v240",
    ]
    assert world.video.replaced == (replaced("v540"), replaced("v720"), replaced(track("v540", runs[0])))


@pytest.mark.parametrize("status", [each for each in Status if each not in (Status.READY, Status.DELETING)])
def test_only_a_ready_video_has_renditions_to_make_anew(status: Status) -> None:
    world = World()
    world.videos.records[samples.VIDEO_ID] = replace(world.video, status=status)

    with pytest.raises(Conflict):
        world.runs.remake(ANN, samples.VIDEO_ID, "v540")


def test_one_at_a_time_and_only_what_there_is_and_only_by_its_owner() -> None:
    world = World()
    with pytest.raises(InvalidRequest, match="v720, v540"):
        world.remake("v4711")
    with pytest.raises(NotFound):
        world.runs.remake(Caller("bob"), samples.VIDEO_ID, "v540")
    world.remake("v540")
    with pytest.raises(Conflict, match="v540"):
        world.remake("v720")


def test_asking_twice_starts_one() -> None:
    world = World()

    assert world.remake() == world.remake()
    assert len(world.executions.started) == 1


def test_a_failure_leaves_the_video_as_it_is_with_a_warning_and_a_next_try_is_another_run() -> None:
    world = World()
    first = world.remake()
    failing = Failing(world.videos, world.events, FakeMetrics(), now=lambda: samples.NOW)

    assert failing.fail(samples.VIDEO_ID, first, Failure("no_capacity", "AWS had no room."))
    assert not failing.fail(samples.VIDEO_ID, first, Failure("no_capacity", "AWS had no room."))

    assert (world.video.status, world.video.remake) == (Status.READY, None)
    assert world.video.warnings[-1] == "Rendition v540 could not be encoded again: AWS had no room."
    (event, told), again = world.events.published
    assert (event, told["rendition"], told["error"]["code"]) == ("RenditionFailed", "v540", "no_capacity")
    assert again == (event, told), "the try before may have died between storing and telling"
    assert not failing.fail(samples.VIDEO_ID, first, Failure("internal", "Lost."), repeated=True)
    assert len(world.events.published) == 2
    assert world.remake() not in (first, samples.RUN)


def test_one_that_cannot_be_decoded_any_more_is_refused() -> None:
    world = World()
    run = world.remake()
    world.plan(run)
    refused = ChunkReport(chunk=0, outcome="refused", refusal=Refusal(code="encode_failed", message="It gave up."))
    world.output.put(keys.report_key(samples.VIDEO_ID, run, 0), refused.model_dump_json().encode())

    assert world.publish(run)["error"]["code"] == "encode_failed"
    assert world.video.status is Status.READY


@pytest.mark.parametrize("key", [keys.plan_key, lambda *of: keys.report_key(*of, 0)])
def test_without_the_plan_and_the_reports_of_what_there_is_nothing_can_be_made_anew(
    key: Callable[[str, str], str],
) -> None:
    world = World()
    first = world.remake()
    world.plan(first)
    world.encode(first)
    world.publish(first)
    run = world.remake("v720")
    del world.output.objects[key(samples.VIDEO_ID, samples.RUN)]

    with pytest.raises(PlanGone):
        world.plan(run)
    assert reason({"Error": "PlanGone", "Cause": "{}"}).code == "plan_gone"


def test_cancelling_keeps_what_there_is_and_stops_the_run() -> None:
    world = World()
    run = world.remake()

    shown = world.runs.cancel(ANN, samples.VIDEO_ID)

    assert (shown["status"], shown["remake"]) == ("ready", None)
    assert world.executions.stopped == [keys.execution_name(samples.VIDEO_ID, run)]
    assert world.plan(run) == world.publish(run) == {"outcome": "unwanted"}


def test_it_waits_for_its_turn() -> None:
    world = World(Turns(videos=1))
    ledger = world.runs.starting.ledger
    other = remakes.as_remade(replace(samples.video(Status.READY), remake=Remake("r", "v", "")))
    assert world.runs.starting._start(other).is_done

    run = world.remake()
    assert keys.execution_name(samples.VIDEO_ID, run) not in world.executions.started
    assert (world.video.run, world.video.waits_for) == (samples.RUN, None)
    ledger.release(keys.execution_name(other.id, "r"))

    assert world.runs.starting.resume().started == [samples.VIDEO_ID]
    assert keys.execution_name(samples.VIDEO_ID, run) in world.executions.started


def test_a_deletion_stops_it_too() -> None:
    world = World()
    run = world.remake()
    deletion = Deletion(
        world.videos,
        FakeSources(),
        world.output,
        world.executions,
        FakeReceipts(),
        FakeCdn(),
        FakeScratch(),
        FakeFinding(),
        pause=lambda _: None,
    )

    Deleting(world.videos, deletion.receipts, FakeBackground(deletion.finish_asked)).delete(ANN, samples.VIDEO_ID)

    receipt = deletion.receipts.get(samples.VIDEO_ID)
    assert receipt and receipt.removed.executions == 1
    assert keys.execution_name(samples.VIDEO_ID, run) in world.executions.stopped


def test_a_plan_that_makes_one_anew_is_the_same_in_everything_else() -> None:
    made = remake_plan(BASE_PLAN, NEXT, "v540", samples.RUN)

    again = remake_plan(made, "9" * 12, "v540", samples.RUN)
    assert again.remade
    assert (again.remade.replaced, again.remade.track) == (track("v540", NEXT), "v540_999999")
    same = {"run", "renditions", "remade"}
    assert made.model_dump(exclude=same) == BASE_PLAN.model_dump(exclude=same)


def test_a_track_is_of_the_rendition_that_it_was_first_made_for() -> None:
    assert keys.rendition_of(keys.remade_track("v720-av1", "0123456789ab")) == "v720-av1"
    assert keys.rendition_of("v720") == "v720"


def test_one_that_is_postponed_while_it_is_cancelled_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    before, later = world.remake(), keys.next_run_id(NEXT)
    readings = [world.video]
    world.plan(before, usd=0.00001)
    monkeypatch.setattr(
        world.videos, "get", lambda _: readings.pop() if readings else world.videos.records[samples.VIDEO_ID]
    )

    world.runs.cancel(ANN, samples.VIDEO_ID)

    assert world.videos.records[samples.VIDEO_ID].remake is None
    assert set(world.executions.stopped) == {keys.execution_name(samples.VIDEO_ID, run) for run in (before, later)}


def test_what_a_cancelled_or_failed_one_left_is_removed_in_time() -> None:
    world = World()
    cancelled, failed = world.remake(), ""
    world.runs.cancel(ANN, samples.VIDEO_ID)
    failed = world.remake()
    Failing(world.videos, world.events, FakeMetrics(), now=lambda: samples.NOW).fail(
        samples.VIDEO_ID, failed, Failure("internal", "It failed.")
    )

    assert world.video.replaced == (replaced(track("v540", cancelled)), replaced(track("v540", failed)))


def test_what_the_manifests_may_name_already_is_neither_cancelled_nor_removed() -> None:
    world = World()
    run = world.remake()
    world.videos.save(remakes.publishing(world.video, run))

    with pytest.raises(Conflict, match="published"):
        world.runs.cancel(ANN, samples.VIDEO_ID)
    Failing(world.videos, world.events, FakeMetrics(), now=lambda: samples.NOW).fail(
        samples.VIDEO_ID, run, Failure("internal", "It failed.")
    )
    assert (world.video.remake, world.video.replaced) == (None, (Replaced(track("v540", run), ""),))

    following = world.remake()
    world.plan(following)
    world.encode(following)
    world.publish(following)

    assert world.video.replaced == (replaced(track("v540", run)), replaced("v540")), "no manifest names either now"


@pytest.mark.parametrize("is_published", [False, True])
def test_one_that_was_cancelled_or_published_meanwhile_has_not_failed(is_published: bool) -> None:
    class Racing(FakeVideos):
        def save(self, video: Video) -> Video:
            if video.remake_failed and not raced:
                raced.append(1)
                self.records[video.id] = replace(world.video, remake=None, version=world.video.version + 1)
            return super().save(video)

    world, raced = World(), list[int]()
    run = world.remake()
    if is_published:
        world.videos.save(remakes.publishing(world.video, run))
    failing = Failing(Racing(world.videos.records), world.events, FakeMetrics(), now=lambda: samples.NOW)

    assert not failing.fail(samples.VIDEO_ID, run, Failure("internal", "It failed."))
    assert raced
    assert world.events.published == []


def test_a_failure_is_told_once_however_often_it_is_tried() -> None:
    video = samples.video(Status.READY)
    for run in ("a" * 12, "b" * 12):
        asked = replace(video, remake=Remake(run, "v720", "2026-01-02T00:00:00.000Z"))
        video = remakes.not_remade(asked, Failure("internal", "It failed."), "2026-01-02T00:00:00.000Z")

    assert sum("v720" in each for each in video.warnings) == 1


def test_what_remakes_leave_is_bounded() -> None:
    world = World()
    for _ in range(remakes.MOST_REPLACED):
        world.remake()
        world.runs.cancel(ANN, samples.VIDEO_ID)

    with pytest.raises(Conflict, match="within a day"):
        world.remake()


def test_a_deletion_during_publishing_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    run = world.remake()
    world.plan(run)
    world.encode(run)
    put = world.output.put

    def deleted(key: str, data: bytes) -> None:
        put(key, data)
        if key == PREFIX + "index.m3u8":
            world.videos.records[samples.VIDEO_ID] = replace(
                world.video, status=Status.DELETING, version=world.video.version + 1
            )

    monkeypatch.setattr(world.output, "put", deleted)

    assert world.publish(run) == {"outcome": "unwanted"}
    assert world.video.status is Status.DELETING
    assert world.events.published == []


def test_a_rendition_for_which_there_is_no_budget_waits_in_a_later_run_and_goes_then() -> None:
    world = World()
    run = world.remake()

    assert world.plan(run, usd=0.00001) == {"outcome": "postponed"}

    later = keys.next_run_id(run)
    assert world.video.remake
    assert (world.video.status, world.video.remake.run, world.video.last_run) == (Status.READY, later, later)
    assert world.plan(run) == {"outcome": "unwanted"}
    assert world.runs.starting.resume().started == [samples.VIDEO_ID]
    assert world.plan(later)["outcome"] == "planned"


def test_a_rendition_is_not_priced_as_the_whole_video_was_that_waited_for_the_budget_once() -> None:
    world = World()
    world.videos.records[samples.VIDEO_ID] = replace(
        world.video, status=Status.TRANSCODING, planned_micro_usd=14 * MICRO
    )
    world.publish(samples.RUN)
    assert world.video.planned_micro_usd is None

    world.videos.records[samples.VIDEO_ID] = replace(world.video, planned_micro_usd=14 * MICRO)
    world.remake()
    assert world.video.planned_micro_usd is None, "as an earlier release left it"


@pytest.mark.parametrize("slow", ["admit", "is_admitted"])
def test_a_call_without_money_does_not_postpone_a_rendition_that_a_repeat_of_it_began_meanwhile(slow: str) -> None:
    world = World()
    run = world.remake()

    class Slow(FakeLedger):
        """A repeat comes, for which there is money, while this looks."""

        def admit(self, *asked: Any) -> Admitted:
            return self._then_repeat(super().admit(*asked), "admit")

        def is_admitted(self, execution: str) -> bool:
            return self._then_repeat(super().is_admitted(execution), "is_admitted")

        def _then_repeat[T](self, answer: T, name: str) -> T:
            if name == slow:
                self.__class__ = FakeLedger  # type: ignore[assignment]
                assert world.plan(run, ledger=self)["outcome"] == "planned"
            return answer

    assert world.plan(run, usd=0.00001, ledger=Slow())["outcome"] == "planned"
    assert world.video.remake
    assert world.video.remake.run == run
    assert world.runs.starting.waiting.of_owner("ann", 9) == ()


def test_a_rendition_above_its_owners_limit_is_refused_unless_an_admin_asks_for_it() -> None:
    world, limits = World(), Limits(video_micro_usd=1)

    refused = world.plan(world.remake(), limits=limits)
    assert (refused["outcome"], refused["error"]["code"]) == ("refused", "approval_required")
    world.runs.remake(Caller("root", is_admin=True), samples.VIDEO_ID, "v540")
    assert world.video.remake
    assert world.plan(world.video.remake.run, limits=limits)["outcome"] == "planned"


def test_subtitles_that_were_added_and_removed_meanwhile_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    world, put = World(), FakeOutput.replace
    captioning = Captioning(world.videos, world.output, lambda: Delivery("https://cdn.example"), lambda: samples.NOW)
    world.videos.records[samples.VIDEO_ID] = replace(world.video, duration=10.0)

    def add(label: str) -> None:
        captioning.add(ANN, samples.VIDEO_ID, b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", Wanted("en", label))

    def overtaken(self: FakeOutput, key: str, data: bytes, tag: str | None) -> bool:
        monkeypatch.setattr(FakeOutput, "replace", put)
        add("Last")
        return put(self, key, data, tag)

    add("First")
    run = world.remake()
    world.plan(run)
    add("Second")
    world.encode(run)
    monkeypatch.setattr(FakeOutput, "replace", overtaken)

    assert world.publish(run) == {"outcome": "published"}
    assert [each["label"] for each in captioning.list(ANN, samples.VIDEO_ID)] == ["First", "Second", "Last"]
    playlist = world.output.get(PREFIX + keys.HLS_NAME).decode()
    assert track("v540", run) in playlist
    assert in_dash(world.output.get(PREFIX + keys.DASH_NAME).decode()) == {each.name for each in listed(playlist)}
