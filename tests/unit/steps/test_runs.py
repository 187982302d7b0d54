import pytest

from tests import samples
from tests.fakes import FakeExecutions, FakeLedger, FakeSources, FakeVideos
from vod import keys
from vod.access.caller import Caller
from vod.errors import Conflict, NotFound
from vod.record.status import Status
from vod.record.video import Failure, Source, Video
from vod.steps.runs import Runs

ANN, BOB = Caller("ann"), Caller("bob")
SOURCE = Source(f"uploads/{samples.VIDEO_ID}/source", "v1", 1000)
NEXT = keys.next_run_id(samples.RUN)


def runs(status: Status, usd: float = 0, **changes: object) -> Runs:
    video = samples.video(status, **({"source": SOURCE} | changes))
    sources = FakeSources({SOURCE.key: b"x"})
    videos, executions = FakeVideos({video.id: video}), FakeExecutions()
    return Runs(
        videos, sources, executions, samples.starting(videos, executions, FakeLedger(), usd), lambda: samples.NOW
    )


def stored(step: Runs) -> Video:
    video = step.videos.get(samples.VIDEO_ID)
    assert video is not None
    return video


@pytest.mark.parametrize("status", [Status.QUEUED, Status.TRANSCODING, Status.PLAYABLE])
def test_a_cancelled_video_stops_being_encoded_and_keeps_its_source(status: Status) -> None:
    step = runs(status)

    shown = step.cancel(ANN, samples.VIDEO_ID)

    assert (shown["status"], shown["playback"]) == ("cancelled", None)
    assert step.executions.stopped == [f"{samples.VIDEO_ID}-{samples.RUN}"]  # type: ignore[attr-defined]
    assert step.sources.stored_size(SOURCE.key) == 1


def test_cancelling_twice_is_fine_and_stops_what_a_crash_left_running() -> None:
    step = runs(Status.CANCELLED)

    assert step.cancel(ANN, samples.VIDEO_ID)["status"] == "cancelled"
    assert step.executions.stopped == [f"{samples.VIDEO_ID}-{samples.RUN}"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [Status.AWAITING_UPLOAD, Status.READY, Status.FAILED])
def test_what_is_not_being_encoded_cannot_be_cancelled(status: Status) -> None:
    step = runs(status)

    with pytest.raises(Conflict):
        step.cancel(ANN, samples.VIDEO_ID)
    assert stored(step).status is status


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_a_retry_queues_a_new_run_of_the_same_source(status: Status) -> None:
    step = runs(status, failure=Failure("corrupt", "Damaged."), warnings=("short",), probe={"gridFrames": 5})

    shown = step.retry(ANN, samples.VIDEO_ID)

    video = stored(step)
    assert (shown["status"], shown["error"], shown["warnings"]) == ("queued", None, [])
    assert (video.run, video.source, video.probe) == (NEXT, SOURCE, None)
    assert NEXT != samples.RUN
    assert step.executions.started == {  # type: ignore[attr-defined]
        f"{samples.VIDEO_ID}-{NEXT}": {
            "videoId": samples.VIDEO_ID,
            "run": NEXT,
            "declaredSize": 1000,
            "source": {"bucket": "source-bucket", "key": SOURCE.key, "version": "v1", "size": 1000},
        }
    }


def test_a_retry_called_twice_starts_one_execution() -> None:
    step = runs(Status.FAILED)
    for _ in range(2):
        step.retry(ANN, samples.VIDEO_ID)

    assert list(step.executions.started) == [f"{samples.VIDEO_ID}-{NEXT}"]  # type: ignore[attr-defined]
    assert stored(step).run == NEXT


def test_two_retries_at_once_agree_on_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    step = runs(Status.FAILED)
    first = stored(step)
    step.retry(ANN, samples.VIDEO_ID)
    readings = [first]
    monkeypatch.setattr(step.videos, "get", lambda _: readings.pop() if readings else step.videos.records[first.id])  # type: ignore[attr-defined]

    shown = step.retry(ANN, samples.VIDEO_ID)

    assert shown["status"] == "queued"
    assert list(step.executions.started) == [f"{samples.VIDEO_ID}-{NEXT}"]  # type: ignore[attr-defined]


def test_each_retry_is_another_run() -> None:
    names = {samples.RUN}
    run = samples.RUN
    for _ in range(20):
        run = keys.next_run_id(run)
        names.add(run)

    assert len(names) == 21


@pytest.mark.parametrize("status", [Status.AWAITING_UPLOAD, Status.TRANSCODING, Status.PLAYABLE, Status.READY])
def test_only_what_failed_or_was_cancelled_can_be_tried_again(status: Status) -> None:
    step = runs(status)

    with pytest.raises(Conflict, match="Only a failed or cancelled video"):
        step.retry(ANN, samples.VIDEO_ID)
    assert step.executions.started == {}  # type: ignore[attr-defined]


def test_without_its_source_a_video_cannot_be_tried_again() -> None:
    step = runs(Status.FAILED)
    step.sources.delete_versions(SOURCE.key)

    with pytest.raises(Conflict, match="no longer exists"):
        step.retry(ANN, samples.VIDEO_ID)
    assert stored(step).status is Status.FAILED


def test_an_upload_that_was_aborted_has_no_run_to_repeat() -> None:
    step = runs(Status.CANCELLED, run=None)

    with pytest.raises(Conflict):
        step.retry(ANN, samples.VIDEO_ID)


def test_others_can_neither_cancel_nor_retry() -> None:
    step = runs(Status.TRANSCODING)

    for attempt in (step.cancel, step.retry):
        with pytest.raises(NotFound):
            attempt(BOB, samples.VIDEO_ID)


def test_a_retry_waits_for_the_budget_like_everything_else() -> None:
    step = runs(Status.FAILED, usd=1e-6)
    step.starting.ledger.firsts.add("2026-01-02")

    shown = step.retry(ANN, samples.VIDEO_ID)

    assert (shown["status"], shown["waitsFor"]) == ("queued", "budget")
    assert step.executions.started == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("caller", "approved"), [(Caller("root", is_admin=True), NEXT), (ANN, None)])
def test_only_the_run_that_an_admin_asks_for_is_approved(caller: Caller, approved: str | None) -> None:
    step = runs(Status.FAILED, failure=Failure("approval_required", "Ask."))

    step.retry(caller, samples.VIDEO_ID)

    assert (stored(step).run, stored(step).approved_run) == (NEXT, approved)


def test_an_admins_word_holds_for_one_run_and_an_owners_repeat_takes_it_from_none() -> None:
    step = runs(Status.FAILED, failure=Failure("approval_required", "Ask."))
    step.retry(Caller("root", is_admin=True), samples.VIDEO_ID)

    step.retry(ANN, samples.VIDEO_ID)
    assert stored(step).approved_run == stored(step).run
    step.cancel(ANN, samples.VIDEO_ID)
    step.retry(ANN, samples.VIDEO_ID)

    assert stored(step).approved_run != stored(step).run


def test_an_admin_approves_what_its_owner_has_queued_again() -> None:
    step = runs(Status.QUEUED)

    step.retry(Caller("root", is_admin=True), samples.VIDEO_ID)

    assert stored(step).approved_run == samples.RUN
