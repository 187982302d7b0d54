import pytest

from tests import samples
from tests.fakes import FakeExecutions, FakeOutput, FakeSources, FakeVideos
from vod.caller import Caller
from vod.errors import NotFound
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
