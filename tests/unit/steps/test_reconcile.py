from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import samples
from tests.fakes import (
    LONG_AGO,
    FakeBackground,
    FakeCdn,
    FakeEvents,
    FakeExecutions,
    FakeFinding,
    FakeLedger,
    FakeMarks,
    FakeMetrics,
    FakeOutput,
    FakeReceipts,
    FakeScratch,
    FakeSources,
    FakeTasks,
    FakeVideos,
)
from vod import clock, keys
from vod.ports.services import Room, Running
from vod.record.deletion_receipt import Receipt
from vod.record.status import Status
from vod.record.video import Remake, Replaced, Source, Upload, Video
from vod.steps.delete import Deletion
from vod.steps.dispatch import Dispatch
from vod.steps.fail import Failing
from vod.steps.index import CatchingUp
from vod.steps.reconcile import Reconciling
from vod.steps.sweep import Sweeping

NAME = keys.execution_name(samples.VIDEO_ID, samples.RUN)
OTHER = "f" * 20
ENCODING = (Status.QUEUED, Status.TRANSCODING, Status.PLAYABLE)


class World:
    """A platform in memory: `reconcile()` answers what was mended."""

    def __init__(self, *videos: Video) -> None:
        self.videos = FakeVideos({video.id: video for video in videos})
        self.sources, self.output, self.executions = FakeSources(), FakeOutput(), FakeExecutions()
        self.tasks, self.receipts, self.cdn, self.marks = FakeTasks(), FakeReceipts(), FakeCdn(), FakeMarks()
        self.metrics, self.events, self.scratch = FakeMetrics(), FakeEvents(), FakeScratch()
        self.timer: Callable[[], float] = lambda: 0.0
        self.ledger, self.finding = FakeLedger(), FakeFinding()
        self.fetched: list[str] = []
        self.starting = samples.starting(self.videos, self.executions, self.ledger)

    def reconcile(self) -> dict[str, int]:
        starting = self.starting
        dispatch = Dispatch(
            self.videos, self.receipts, self.finding, starting, self.metrics, "ingest", lambda: samples.NOW
        )
        deletion = Deletion(
            self.videos,
            self.sources,
            self.output,
            self.executions,
            self.receipts,
            self.cdn,
            self.scratch,
            self.finding,
            pause=lambda _: None,
        )
        return Reconciling(
            videos=self.videos,
            sources=self.sources,
            executions=self.executions,
            tasks=self.tasks,
            starting=starting,
            dispatch=dispatch,
            deletion=deletion,
            failing=Failing(self.videos, self.events, self.metrics, lambda: samples.NOW),
            sweeping=Sweeping(
                self.videos, self.sources, self.output, self.receipts, self.marks, dispatch, deletion, "source-bucket"
            ),
            catching_up=CatchingUp(self.videos, self.finding, self.marks),
            background=FakeBackground(self.fetched.append),
            marks=self.marks,
            metrics=self.metrics,
            bucket="source-bucket",
            now=lambda: samples.NOW,
            timer=self.timer,
        ).reconcile()

    def status(self, video_id: str = samples.VIDEO_ID) -> Status | None:
        video = self.videos.get(video_id)
        return video.status if video else None


def just_now(video: Video) -> Video:
    return replace(video, updated_at=clock.stamp(samples.NOW - timedelta(minutes=1)))


def test_where_nothing_diverged_nothing_is_done() -> None:
    world = World(samples.video(Status.TRANSCODING))
    world.executions.started[NAME] = {}
    world.tasks.tasks = [Running(samples.VIDEO_ID, samples.RUN, LONG_AGO, "task")]
    world.sources.objects[keys.source_key(samples.VIDEO_ID)] = b"x"
    world.output.objects[keys.run_prefix(samples.VIDEO_ID, samples.RUN) + "index.m3u8"] = b"x"

    assert world.reconcile() == {}
    assert world.tasks.tasks
    assert world.metrics.of("Repaired") == world.metrics.of("Unreconciled") == [0]


def test_an_upload_whose_event_was_lost_is_dispatched() -> None:
    world = World(samples.video())
    world.sources.objects[keys.source_key(samples.VIDEO_ID)] = b"x"

    assert world.reconcile() == {"upload_dispatched": 1}
    assert world.status() is Status.QUEUED
    assert len(world.executions.started) == 1


def test_an_upload_that_is_awaited_goes_on_waiting() -> None:
    assert World(samples.video()).reconcile() == {}


def test_a_queued_video_without_an_execution_gets_one() -> None:
    world = World(samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z"))

    assert world.reconcile() == {"execution_started": 1}
    assert list(world.executions.started) == [NAME]


def test_a_video_that_waits_for_the_budget_goes_on_waiting() -> None:
    world = World(samples.video(Status.QUEUED, waits_for="budget", queued_at="2026-01-02T00:00:00.000Z"))

    assert world.reconcile() == {}
    assert not world.executions.started
    waiting = world.starting.waiting
    assert [held.video_id for held in waiting.of_owner("ann", 9)] == [samples.VIDEO_ID], (
        "also when it had lost its place"
    )


def test_a_video_that_is_transcoded_and_says_that_it_waits_is_not_left_alone() -> None:
    world = World(samples.video(Status.TRANSCODING, waits_for="budget"))

    assert world.reconcile() == {"failure_recorded": 1}
    assert world.starting.waiting.of_owner("ann", 9) == ()


def test_an_execution_that_cannot_be_looked_at_keeps_no_other_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for name in ("throttled", "lost"):
        world.ledger.reserve(name, "ann", 5, Room(99, 9, 9), LONG_AGO)
    status = world.executions.status
    monkeypatch.setattr(world.executions, "status", lambda name: 1 / 0 if name == "throttled" else status(name))

    assert world.reconcile() == {"errors": 1, "turn_freed": 1}
    assert list(world.ledger.reserved) == ["throttled"]


def test_what_was_set_aside_for_a_run_whose_end_nobody_told_is_released() -> None:
    world = World(samples.video(Status.TRANSCODING))
    world.executions.started[NAME] = {}
    for name in ("lost", NAME):
        world.ledger.reserve(name, "ann", 5, Room(99, 9, 9), LONG_AGO)

    assert world.reconcile() == {"turn_freed": 1}
    assert list(world.ledger.reserved) == [NAME]


@pytest.mark.parametrize("status", ENCODING)
@pytest.mark.parametrize("end", ["FAILED", "ABORTED", "TIMED_OUT", "SUCCEEDED"])
def test_an_execution_that_ended_without_a_word_leaves_a_failed_video(status: Status, end: str) -> None:
    world = World(samples.video(status))
    world.executions.ends[NAME] = end

    assert world.reconcile() == {"failure_recorded": 1}
    assert world.status() is Status.FAILED
    assert [event for event, _ in world.events.published] == ["VideoFailed"]


def test_a_video_in_work_whose_execution_is_unknown_fails() -> None:
    world = World(samples.video(Status.TRANSCODING))

    assert world.reconcile() == {"failure_recorded": 1}


def test_a_deletion_that_stopped_half_way_is_finished() -> None:
    world = World(samples.video(Status.DELETING))
    world.output.objects[keys.video_prefix(samples.VIDEO_ID) + "x"] = b"x"

    assert world.reconcile() == {"deletion_finished": 1}
    assert world.status() is None
    assert not world.output.objects
    assert world.receipts.records[samples.VIDEO_ID].completed_at


@pytest.mark.parametrize("status", [Status.AWAITING_UPLOAD, *ENCODING, Status.DELETING])
def test_what_changed_just_now_is_left_alone(status: Status) -> None:
    world = World(just_now(samples.video(status)))

    assert world.reconcile() == {}
    assert world.status() is status


@pytest.mark.parametrize("status", [None, Status.CANCELLED, Status.FAILED, Status.READY])
def test_an_execution_that_no_record_wants_is_stopped(status: Status | None) -> None:
    world = World(*([samples.video(status)] if status else []))
    world.executions.started[NAME] = {}

    assert world.reconcile() == {"execution_stopped": 1}
    assert world.executions.stopped == [NAME]


def test_an_execution_that_is_just_ending_is_left_alone() -> None:
    world = World(just_now(samples.video(Status.READY)))
    world.executions.started[NAME] = {}

    assert world.reconcile() == {}


def test_a_task_for_which_no_execution_waits_is_stopped() -> None:
    world = World(samples.video(Status.READY))
    world.executions.ends[NAME] = "SUCCEEDED"
    world.tasks.tasks = [
        Running(samples.VIDEO_ID, samples.RUN, LONG_AGO, "old"),
        Running(samples.VIDEO_ID, samples.RUN, samples.NOW, "new"),
    ]

    assert world.reconcile() == {"task_stopped": 1}
    assert [task.id for task in world.tasks.tasks] == ["new"]


def test_what_was_put_under_ingest_and_no_record_knows_becomes_a_video() -> None:
    world = World()
    world.sources.objects = {"ingest/film.mp4": b"x", "ingest/folder/": b"", "elsewhere/film.mp4": b"x"}

    assert world.reconcile() == {"source_adopted": 1}
    assert {video.owner for video in world.videos.records.values()} == {"ingest"}
    assert len(world.executions.started) == 1


def test_an_upload_that_no_record_knows_is_told_and_kept_and_never_becomes_a_video() -> None:
    world = World()
    world.sources.objects = {keys.source_key(OTHER): b"x"}

    assert world.reconcile() == {"unknown_source": 1}
    assert world.sources.objects
    assert (world.videos.records, world.executions.started) == ({}, {})
    assert world.metrics.of("Unreconciled") == [1]


def awaited(seconds: int) -> Video:
    """An upload whose time is over in so many seconds."""
    upload = Upload("multipart", 8)
    return samples.video(awaited_until=int(samples.NOW.timestamp()) + seconds, upload=upload)


def test_an_upload_whose_time_is_over_is_deleted_and_what_comes_later_is_removed() -> None:
    world = World(awaited(seconds=0))
    world.sources.multiparts[keys.source_key(samples.VIDEO_ID)] = {}

    assert world.reconcile() == {"upload_expired": 1}

    receipt = world.receipts.get(samples.VIDEO_ID)
    assert receipt and receipt.completed_at and receipt.removed.partial_uploads == 1
    assert (world.videos.records, world.sources.multiparts) == ({}, {})
    world.sources.objects[keys.source_key(samples.VIDEO_ID)] = b"late"
    assert world.reconcile() == {"late_source_removed": 1}
    assert (world.videos.records, world.sources.objects) == ({}, {})


def test_an_upload_still_has_its_time_and_one_that_arrived_at_its_end_is_a_video() -> None:
    early, last = World(awaited(seconds=1)), World(awaited(seconds=-1))
    last.sources.objects[keys.source_key(samples.VIDEO_ID)] = b"x"

    assert early.reconcile() == {}
    assert last.reconcile() == {"upload_dispatched": 1}
    assert (early.status(), last.status()) == (Status.AWAITING_UPLOAD, Status.QUEUED)


def test_an_upload_that_goes_on_while_its_time_ends_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(awaited(seconds=-1))
    read = world.videos.pending("", clock.stamp(samples.NOW + timedelta(days=1)))
    monkeypatch.setattr(world.videos, "pending", lambda *_: read)
    world.videos.save(awaited(seconds=60))

    assert world.reconcile() == {}
    assert world.status() is Status.AWAITING_UPLOAD
    assert world.receipts.records == {}


def test_a_video_of_ingest_whose_record_was_lost_after_its_runs_is_encoded_again() -> None:
    world = World()
    world.sources.objects = {"ingest/film.mp4": b"x"}
    (found,) = world.sources.stored_after("")
    video_id, first = keys.ingest_video_id(found.key, found.version), keys.run_id(found.version)
    ended = [keys.execution_name(video_id, run) for run in (first, keys.next_run_id(first))]
    world.executions.ends = dict(zip(ended, ("FAILED", "SUCCEEDED"), strict=True))

    assert world.reconcile() == {"source_adopted": 1}

    (begun,) = world.executions.started
    video = world.videos.records[video_id]
    assert video.status is Status.QUEUED
    assert begun == keys.execution_name(video_id, video.run or "")
    assert begun not in ended


def test_what_can_be_watched_stays_until_a_source_that_was_adopted_is_encoded_again() -> None:
    world = World(replace(samples.video(Status.QUEUED), run=samples.RUN))
    world.executions.started[NAME] = {}
    finished = keys.run_prefix(samples.VIDEO_ID, "0" * 12) + "x"
    world.output.objects[finished] = b"x"

    assert world.reconcile() == {}
    assert finished in world.output.objects


def test_an_upload_that_is_awaited_again_after_its_run_gets_the_next_one() -> None:
    """As after a restore of the table, or a kill between the making of an adopted record and its dispatch."""
    world = World(samples.video(Status.AWAITING_UPLOAD))
    world.sources.objects = {keys.source_key(samples.VIDEO_ID): b"x"}
    (found,) = world.sources.stored_after("")
    ended = keys.execution_name(samples.VIDEO_ID, keys.run_id(found.version))
    world.executions.ends[ended] = "SUCCEEDED"

    assert world.reconcile() == {"upload_dispatched": 1}
    assert ended not in world.executions.started
    assert len(world.executions.started) == 1


def test_what_comes_after_its_video_was_deleted_is_removed() -> None:
    world = World()
    world.receipts.put(Receipt(OTHER, "ann", "2026-01-01T00:00:00.000Z"))
    world.sources.objects[keys.source_key(OTHER)] = b"x"
    world.output.objects = {keys.video_prefix(OTHER) + "x": b"x", keys.jobs_prefix(OTHER) + "r": b"x"}

    assert world.reconcile() == {"late_source_removed": 1, "late_output_removed": 1}
    assert not world.sources.objects
    assert not world.output.objects


def test_output_that_no_record_knows_is_told_and_kept() -> None:
    world = World()
    world.output.objects[keys.video_prefix(OTHER) + "x"] = b"x"

    assert world.reconcile() == {"unknown_output": 1}
    assert world.output.objects
    assert world.metrics.of("Unreconciled") == [1]


def test_what_an_earlier_run_made_goes() -> None:
    world = World(samples.video(Status.READY, source=Source("ingest/a", "v1")))
    kept = keys.run_prefix(samples.VIDEO_ID, samples.RUN) + "index.m3u8"
    world.output.objects = {kept: b"x", keys.run_prefix(samples.VIDEO_ID, "0" * 12) + "index.m3u8": b"x"}

    assert world.reconcile() == {"old_run_removed": 1}
    assert list(world.output.objects) == [kept]


def test_one_that_cannot_be_mended_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = samples.video(Status.DELETING, id=OTHER, updated_at="2026-01-01T00:00:00.000Z")
    world = World(broken, samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z"))
    monkeypatch.setattr(world.sources, "delete_versions", lambda *_: 1 / 0)

    assert world.reconcile() == {"errors": 1, "execution_started": 1}
    assert world.metrics.of("Unreconciled") == [1]
    assert world.metrics.of("Repaired") == [1]


def test_a_list_that_cannot_be_had_keeps_nothing_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z"))
    monkeypatch.setattr(world.tasks, "running", lambda: 1 / 0)
    world.ledger.reserve("lost", "ann", 5, Room(99, 9, 9), LONG_AGO)

    assert world.reconcile() == {"errors": 1, "execution_started": 1, "turn_freed": 1}


def test_a_pass_whose_time_is_over_is_gone_on_with() -> None:
    waiting = [
        samples.video(Status.QUEUED, id=f"{number:020d}", updated_at=f"2026-01-01T00:00:0{number}.000Z")
        for number in range(5)
    ]
    world = World(*waiting)
    moments = iter([0.0, 0.0, 0.0, 1000.0])
    world.timer = lambda: next(moments, 0.0)

    assert world.reconcile() == {"execution_started": 2}
    assert world.reconcile() == {"execution_started": 3}
    assert world.marks.get("pending") == ""


def test_a_remake_without_an_execution_gets_one_and_one_that_ended_without_a_word_leaves_the_video() -> None:
    remake = Remake("1" * 12, "v720", "2026-01-02T00:00:00.000Z")
    world = World(samples.video(Status.READY, remake=remake, last_run=remake.run, renditions=({"name": "v720"},)))
    name = keys.execution_name(samples.VIDEO_ID, remake.run)

    assert world.reconcile() == {"execution_started": 1}
    assert list(world.executions.started) == [name]
    assert world.reconcile() == {}

    world.executions.ends[name] = "ABORTED"
    assert world.reconcile() == {"failure_recorded": 1}
    assert world.status() is Status.READY


def test_tracks_that_were_replaced_are_removed_once_nobody_can_be_watching_them() -> None:
    video = samples.video(
        Status.READY, replaced=(Replaced("v720", "2026-01-01T00:00:00.000Z"),), renditions=({"name": "v720"},)
    )
    world = World(video)
    prefix = keys.run_prefix(video.id, samples.RUN)
    for name in ("v720/00000.m4s", "v720_2/00000.m4s", "v540/00000.m4s"):
        world.output.objects[prefix + name] = b"x"

    assert world.reconcile() == {"old_track_removed": 1}
    assert sorted(world.output.objects) == [prefix + "v540/00000.m4s", prefix + "v720_2/00000.m4s"]
    assert world.reconcile() == {}
    world.videos.records[video.id] = replace(
        video, replaced=(Replaced("v540", clock.stamp(samples.NOW - timedelta(hours=9))),)
    )
    assert world.reconcile() == {}, "somebody may be watching it"
    world.videos.records[video.id] = replace(video, replaced=(Replaced("v540", ""),))
    assert world.reconcile() == {}, "the manifests may name it"
    world.videos.records[video.id] = just_now(replace(video, replaced=(Replaced("v540", "2026-01-01T00:00:00.000Z"),)))
    assert world.reconcile() == {}
