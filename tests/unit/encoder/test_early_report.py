"""What an encoder says of what it has stored already."""

from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeClock, FakeOutput
from vod import keys
from vod.encoder.early_report import EVERY_SECONDS, SoFar
from vod.encoder.journal import Journal
from vod.encoder.report import ChunkReport

PLAN = samples.plan(samples.probe(seconds=60.0))
CHUNK = PLAN.chunks[0]
KEY = keys.so_far_key(samples.VIDEO_ID, samples.RUN, 0)
VIDEOS = [rendition.name for rendition in PLAN.renditions]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def output() -> FakeOutput:
    return FakeOutput()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, b"")


@pytest.fixture
def so_far(output: FakeOutput, journal: Journal, clock: FakeClock) -> SoFar:
    return SoFar(output, PLAN, CHUNK, journal, clock)


def store(journal: Journal, name: str, segments: int) -> None:
    track = samples.track(name, [100] * segments, PLAN.frame_ticks, PLAN.timescale)
    journal.stored_init(track.model_copy(update={"segments": ()}))
    for segment in track.segments:
        journal.stored_segment(name, segment)


def told(output: FakeOutput) -> ChunkReport:
    return ChunkReport.model_validate_json(output.get(KEY))


def test_it_tells_of_the_segments_that_every_rung_has(so_far: SoFar, output: FakeOutput, journal: Journal) -> None:
    for number, name in enumerate(VIDEOS):
        store(journal, name, 2 + number)
    store(journal, "a0", 7)

    so_far.note(VIDEOS, ["a0"])

    assert told(output).outcome == "encoding"
    assert [len(track.segments) for track in told(output).video] == [2] * len(VIDEOS)
    assert [len(track.segments) for track in told(output).audio] == [7]


def test_the_extras_are_told_when_they_are_stored(so_far: SoFar, output: FakeOutput, clock: FakeClock) -> None:
    so_far.note(VIDEOS, ["a0"])
    assert not told(output).has_extras

    so_far.note_extras((), 900)
    clock.now += EVERY_SECONDS
    so_far.note(VIDEOS, ["a0"])

    assert (told(output).has_extras, told(output).poster_bytes) == (True, 900)


def test_it_writes_seldom_and_only_what_is_new(
    so_far: SoFar, output: FakeOutput, journal: Journal, clock: FakeClock
) -> None:
    assert so_far.note(VIDEOS, [])
    store(journal, "a0", 1)
    assert not so_far.note(VIDEOS, ["a0"])
    assert told(output).audio == ()

    clock.now += EVERY_SECONDS
    assert so_far.note(VIDEOS, ["a0"])
    assert len(told(output).audio) == 1

    output.objects.clear()
    clock.now += EVERY_SECONDS
    assert not so_far.note(VIDEOS, ["a0"])
    assert output.objects == {}


def test_the_last_word_waits_for_nothing(so_far: SoFar, output: FakeOutput, journal: Journal) -> None:
    so_far.note(VIDEOS, ["a0"])
    store(journal, "a0", 3)

    so_far.note(VIDEOS, ["a0"], is_last=True)

    assert len(told(output).audio[0].segments) == 3


def test_a_short_video_tells_nothing(output: FakeOutput, journal: Journal) -> None:
    plan = samples.plan(samples.probe(seconds=10.0))

    SoFar(output, plan, plan.chunks[0], journal).note(VIDEOS, [])

    assert output.objects == {}


def test_a_bucket_in_trouble_does_not_stop_the_encode(journal: Journal, clock: FakeClock) -> None:
    class Broken(FakeOutput):
        def put(self, key: str, data: bytes) -> None:
            raise OSError("no way")

    assert not SoFar(Broken(), PLAN, CHUNK, journal, clock).note(VIDEOS, [])
