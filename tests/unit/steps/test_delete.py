from dataclasses import replace

import pytest

from tests import samples
from tests.fakes import FakeCdn, FakeExecutions, FakeOutput, FakeReceipts, FakeScratch, FakeSources, FakeVideos
from vod.caller import Caller
from vod.errors import NotFound
from vod.receipt import Removed
from vod.status import Status
from vod.steps.delete import Deletion

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
        pause=lambda _: None,
    )


def test_a_deleted_video_leaves_nothing_and_its_execution_is_stopped(deletion: Deletion) -> None:
    deletion.delete(ANN, samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is None
    assert deletion.sources.objects == {}  # type: ignore[attr-defined]
    assert list(deletion.output.sizes("")) == ["videos/other/index.m3u8"]
    assert deletion.executions.stopped == [f"{samples.VIDEO_ID}-{samples.RUN}"]  # type: ignore[attr-defined]


def test_a_delete_that_crashed_half_way_can_be_repeated(deletion: Deletion, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(deletion.output, "delete_all", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deletion.delete(ANN, samples.VIDEO_ID)

    deletion.delete(ANN, samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is None


def test_others_cannot_delete(deletion: Deletion) -> None:
    with pytest.raises(NotFound):
        deletion.delete(BOB, samples.VIDEO_ID)

    assert deletion.videos.get(samples.VIDEO_ID) is not None


def test_the_answer_tells_what_went(deletion: Deletion) -> None:
    receipt = deletion.delete(ANN, samples.VIDEO_ID)

    assert receipt.removed == Removed(source_versions=1, output_objects=2, executions=1, scratch_files=3)
    assert receipt.completed_at
    assert receipt.invalidation == f"I-{samples.VIDEO_ID}"
    assert deletion.cdn.forgotten == {samples.VIDEO_ID: f"/videos/{samples.VIDEO_ID}/*"}  # type: ignore[attr-defined]


def test_a_repeat_is_answered_with_the_same_receipt_and_others_learn_nothing(deletion: Deletion) -> None:
    receipt = deletion.delete(ANN, samples.VIDEO_ID)

    assert deletion.delete(ANN, samples.VIDEO_ID) == receipt
    with pytest.raises(NotFound):
        deletion.delete(BOB, samples.VIDEO_ID)


def test_what_went_before_a_crash_is_on_the_receipt(deletion: Deletion, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(deletion.videos, "delete", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deletion.delete(ANN, samples.VIDEO_ID)

    assert deletion.delete(ANN, samples.VIDEO_ID).removed.output_objects == 2


def test_a_deletion_wins_against_a_change_at_the_same_time(deletion: Deletion, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = deletion.videos.get(samples.VIDEO_ID)
    assert stale
    deletion.videos.save(replace(stale, title="changed meanwhile"))
    answers = iter([stale])
    fresh = deletion.videos.get
    monkeypatch.setattr(deletion.videos, "get", lambda video_id: next(answers, None) or fresh(video_id))

    assert deletion.delete(ANN, samples.VIDEO_ID).completed_at


def test_while_the_cdn_is_busy_a_deletion_is_not_complete_and_can_be_finished(deletion: Deletion) -> None:
    deletion.cdn.is_busy = True  # type: ignore[attr-defined]

    assert deletion.delete(ANN, samples.VIDEO_ID).completed_at is None
    waiting = deletion.videos.get(samples.VIDEO_ID)
    assert waiting and waiting.status is Status.DELETING

    deletion.cdn.is_busy = False  # type: ignore[attr-defined]
    receipt = deletion.finish(waiting)
    assert receipt.completed_at
    assert receipt.removed.output_objects == 2


def test_scratch_of_what_was_never_encoded_is_not_looked_at(
    deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion.videos.records[samples.VIDEO_ID] = samples.video(run=None)  # type: ignore[attr-defined]
    monkeypatch.setattr(deletion.scratch, "remove", lambda _: 1 / 0)

    assert deletion.delete(ANN, samples.VIDEO_ID).removed.scratch_files == 0


def test_scratch_that_cannot_be_reached_keeps_nothing_else_from_going(
    deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(deletion.scratch, "remove", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deletion.delete(ANN, samples.VIDEO_ID)

    assert not deletion.sources.objects  # type: ignore[attr-defined]
    assert list(deletion.output.objects) == ["videos/other/index.m3u8"]  # type: ignore[attr-defined]
    assert deletion.delete(ANN, samples.VIDEO_ID).removed.scratch_files == 3
