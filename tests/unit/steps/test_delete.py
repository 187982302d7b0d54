from dataclasses import replace

import pytest

from tests import samples
from tests.fakes import (
    FakeBackground,
    FakeCdn,
    FakeExecutions,
    FakeFinding,
    FakeOutput,
    FakeReceipts,
    FakeScratch,
    FakeSources,
    FakeVideos,
)
from vod.access.caller import Caller
from vod.errors import NotFound
from vod.record.deletion_receipt import Removed
from vod.record.status import Status
from vod.steps.delete import ANSWER_SECONDS, Deleting, Deletion

ANN, BOB = Caller("ann"), Caller("bob")
SERVED = f"videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8"


@pytest.fixture
def deletion() -> Deletion:
    video = samples.video(Status.TRANSCODING)
    output = FakeOutput({SERVED: b"x", f"jobs/{video.id}/plan.json": b"x", "videos/other/index.m3u8": b"x"})
    return Deletion(
        FakeVideos({video.id: video}),
        FakeSources({video.source.key: b"x"}),
        output,
        FakeExecutions(),
        FakeReceipts(),
        FakeCdn(),
        FakeScratch({video.id: 3}),
        FakeFinding(),
        pause=lambda _: None,
    )


class Clock:
    """Time passes while somebody waits."""

    now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def deleting(deletion: Deletion) -> Deleting:
    clock, background = Clock(), FakeBackground(deletion.finish_asked)
    return Deleting(deletion.videos, deletion.receipts, background, pause=clock.wait, timer=clock)


def test_a_deleted_video_leaves_nothing_and_its_execution_is_stopped(deleting: Deleting, deletion: Deletion) -> None:
    deleting.delete(ANN, samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is None
    assert deletion.sources.objects == {}  # type: ignore[attr-defined]
    assert list(deletion.output.sizes("")) == ["videos/other/index.m3u8"]
    assert deletion.executions.stopped == [f"{samples.VIDEO_ID}-{samples.RUN}"]  # type: ignore[attr-defined]


def test_a_delete_that_crashed_half_way_can_be_repeated(
    deleting: Deleting, deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(deletion.output, "delete_all", lambda _: 1 / 0)
        assert deleting.delete(ANN, samples.VIDEO_ID).completed_at is None

    deleting.delete(ANN, samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is None


def test_others_cannot_delete(deleting: Deleting, deletion: Deletion) -> None:
    with pytest.raises(NotFound):
        deleting.delete(BOB, samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is not None


def test_the_answer_tells_what_went(deleting: Deleting, deletion: Deletion) -> None:
    receipt = deleting.delete(ANN, samples.VIDEO_ID)

    assert receipt.removed == Removed(source_versions=1, output_objects=2, executions=1, scratch_files=3)
    assert receipt.completed_at
    assert receipt.invalidation == f"I-{samples.VIDEO_ID}"
    assert deletion.cdn.forgotten == {samples.VIDEO_ID: f"/videos/{samples.VIDEO_ID}/*"}  # type: ignore[attr-defined]


def test_a_repeat_is_answered_with_the_same_receipt_and_others_learn_nothing(deleting: Deleting) -> None:
    receipt = deleting.delete(ANN, samples.VIDEO_ID)

    assert deleting.delete(ANN, samples.VIDEO_ID) == receipt
    with pytest.raises(NotFound):
        deleting.delete(BOB, samples.VIDEO_ID)


def test_what_went_before_a_crash_is_on_the_receipt(
    deleting: Deleting, deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(deletion.videos, "delete", lambda _: 1 / 0)
        deleting.delete(ANN, samples.VIDEO_ID)
        assert deletion.videos.get(samples.VIDEO_ID)

    assert deleting.delete(ANN, samples.VIDEO_ID).removed.output_objects == 2


def test_a_deletion_wins_against_a_change_at_the_same_time(
    deleting: Deleting, deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = deletion.videos.get(samples.VIDEO_ID)
    assert stale
    deletion.videos.save(replace(stale, title="changed meanwhile"))
    answers = iter([stale])
    fresh = deletion.videos.get
    monkeypatch.setattr(deletion.videos, "get", lambda video_id: next(answers, None) or fresh(video_id))

    assert deleting.delete(ANN, samples.VIDEO_ID).completed_at


def test_while_the_cdn_is_busy_a_deletion_is_not_complete_and_can_be_finished(
    deleting: Deleting, deletion: Deletion
) -> None:
    deletion.cdn.is_busy = True  # type: ignore[attr-defined]

    assert deleting.delete(ANN, samples.VIDEO_ID).completed_at is None
    waiting = deletion.videos.get(samples.VIDEO_ID)
    assert waiting and waiting.status is Status.DELETING

    deletion.cdn.is_busy = False  # type: ignore[attr-defined]
    receipt = deletion.finish(waiting)
    assert receipt.completed_at
    assert receipt.removed.output_objects == 2


def test_scratch_of_what_was_never_encoded_is_not_looked_at(
    deleting: Deleting, deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion.videos.records[samples.VIDEO_ID] = samples.video(run=None)  # type: ignore[attr-defined]
    monkeypatch.setattr(deletion.scratch, "remove", lambda _: 1 / 0)

    assert deleting.delete(ANN, samples.VIDEO_ID).removed.scratch_files == 0


def test_scratch_that_cannot_be_reached_keeps_nothing_else_from_going(
    deleting: Deleting, deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(deletion.scratch, "remove", lambda _: 1 / 0)
        assert deleting.delete(ANN, samples.VIDEO_ID).completed_at is None

    assert not deletion.sources.objects  # type: ignore[attr-defined]
    assert list(deletion.output.objects) == ["videos/other/index.m3u8"]  # type: ignore[attr-defined]
    assert deleting.delete(ANN, samples.VIDEO_ID).removed.scratch_files == 3


def test_a_caller_waits_twenty_seconds_at_most_and_the_work_goes_on(deleting: Deleting, deletion: Deletion) -> None:
    deleting.background.work = lambda _: None  # type: ignore[attr-defined]

    begun = deleting.delete(ANN, samples.VIDEO_ID)

    assert (begun.video_id, begun.owner, begun.completed_at) == (samples.VIDEO_ID, "ann", None)
    assert deleting.timer() == ANSWER_SECONDS
    assert deletion.finish_asked(samples.VIDEO_ID)
    assert deleting.delete(ANN, samples.VIDEO_ID).completed_at


def test_a_caller_waits_no_longer_than_the_work_takes(deleting: Deleting) -> None:
    deleting.delete(ANN, samples.VIDEO_ID)

    assert deleting.timer() == 0


def test_only_what_somebody_asked_to_delete_is_removed(deletion: Deletion) -> None:
    assert not deletion.finish_asked(samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is not None
    assert deletion.finish_asked("f" * 20), "it is gone already"
