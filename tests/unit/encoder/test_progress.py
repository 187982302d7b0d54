"""What an encoder tells of its progress, and how often."""

import pytest

from tests import samples
from tests.fakes import FakeClock, FakeVideos
from vod.encoder.progress import EVERY_SECONDS, Progress
from vod.record.status import Status

PLAN = samples.plan(samples.probe(seconds=60.0))


@pytest.fixture
def videos() -> FakeVideos:
    return FakeVideos({samples.VIDEO_ID: samples.video(Status.TRANSCODING)})


def told(videos: FakeVideos) -> list[int]:
    return list(videos.chunk_frames(samples.VIDEO_ID, samples.RUN).values())


def test_it_is_written_every_few_seconds_and_news_at_once(videos: FakeVideos) -> None:
    clock = FakeClock()
    progress = Progress(videos, PLAN, PLAN.chunks[0], clock)

    assert progress.note(10)
    assert told(videos) == []
    assert progress.note(20, is_news=True)
    assert told(videos) == [20]
    progress.note(30)
    assert told(videos) == [20]
    clock.now += EVERY_SECONDS
    progress.note(40)
    assert told(videos) == [40]


def test_a_deleted_video_is_not_wanted() -> None:
    progress = Progress(FakeVideos(), PLAN, PLAN.chunks[0])

    assert not progress.note(10, is_news=True)
