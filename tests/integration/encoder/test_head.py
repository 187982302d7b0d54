"""The sound of a head, which a function makes: the same bytes as those of the task that makes all of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeOutput, FakeSourceFiles
from tests.integration.encoder.test_encode import encoder
from tests.integration.source.test_libav import probe
from tests.media.generate import ffmpeg
from vod import keys, profiles
from vod.plan.chunks import ChunkPolicy, FunctionLane
from vod.plan.make_plan import make_plan
from vod.plan.objects import stored_keys
from vod.plan.plan import Plan, SourceObject
from vod.profiles.profile import LoudnessChoice
from vod.source import byte_ranges
from vod.steps.encode import encode

LANE = FunctionLane(whole_seconds=12, head_seconds=12)
SOUNDS = {
    "stereo": ["-f", "lavfi", "-i", "aevalsrc=sin(440*2*PI*t*(1+t/50))|random(0):d=100"],
    "5.1": ["-f", "lavfi", "-i", "anoisesrc=d=100:a=0.3,pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"],
    "one that ends early": ["-f", "lavfi", "-i", "sine=330:d=75"],
}


class Noting(FakeSourceFiles):
    """Knows what was asked for: in a function nobody waits for bytes that were not planned, they are zeros."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: list[tuple[int, int]] = []

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        self.asked.append((first, end))
        return super().read(source, first, end)


def film(folder: Path, sound: list[str], *output: str) -> Path:
    picture = ["-f", "lavfi", "-i", "testsrc=size=160x90:rate=10:duration=100"]
    ffmpeg(*picture, *sound, "-preset", "ultrafast", "-g", "20", *output, str(folder / "film.mp4"))
    return folder / "film.mp4"


def planned(source: Path, lane: FunctionLane = LANE, profile: str = "default") -> Plan:
    stored = SourceObject(bucket="b", key=keys.source_key(samples.VIDEO_ID), version=None, size=source.stat().st_size)
    policy = ChunkPolicy(functions=lane)
    return make_plan(samples.VIDEO_ID, samples.RUN, stored, probe(source), policy, profiles.named(profile))


@pytest.mark.parametrize("name", SOUNDS)
def test_the_heads_sound_is_byte_for_byte_that_of_the_extras(tmp_path: Path, name: str) -> None:
    source = film(tmp_path, SOUNDS[name])
    plan, early, late = planned(source), FakeOutput(), FakeOutput()
    assert plan.head
    assert plan.head.heard_segments == 3

    head = encode(replace(encoder(tmp_path / "early", source, early), in_function=True), plan, plan.head)
    extras = encode(encoder(tmp_path / "late", source, late), plan, plan.chunks[-1])

    assert (head.outcome, extras.outcome) == ("encoded", "encoded")
    assert {track.name for track in head.audio} == {track.name for track in plan.audio}
    for short, whole in zip(head.audio, extras.audio, strict=True):
        assert short.segments == whole.segments[:3]
        assert short.model_copy(update={"segments": ()}) == whole.model_copy(update={"segments": ()})
    made = {key: data for key, data in early.objects.items() if "report" not in key}
    assert made == {key: late.objects[key] for key in made}
    assert set(early.objects) <= set(stored_keys(plan, plan.head))


@pytest.mark.parametrize("layout", [["-movflags", "+faststart"], []])
def test_the_head_needs_a_part_of_the_source(tmp_path: Path, layout: list[str]) -> None:
    source = film(tmp_path, SOUNDS["stereo"], *layout)
    plan = planned(source, FunctionLane(whole_seconds=12, head_seconds=60))

    assert plan.head
    assert plan.head.ranges
    assert byte_ranges.total(plan.head.ranges) < plan.source.size


def test_a_source_whose_sound_lies_behind_all_pictures_has_its_head_where_that_is(tmp_path: Path) -> None:
    apart = tmp_path / "apart.mp4"
    ffmpeg(
        "-i",
        str(film(tmp_path, SOUNDS["stereo"])),
        "-c",
        "copy",
        "-max_interleave_delta",
        "0",
        "-movflags",
        "+faststart",
        str(apart),
    )
    plan, early, late = planned(apart), FakeOutput(), FakeOutput()
    assert plan.head

    read = Noting(apart)
    encode(replace(encoder(tmp_path / "early", apart, early), in_function=True, sources=read), plan, plan.head)
    encode(encoder(tmp_path / "late", apart, late), plan, plan.chunks[-1])

    made = {key: data for key, data in early.objects.items() if "report" not in key}
    assert made == {key: late.objects[key] for key in made}
    assert plan.head.ranges
    assert all(any(first <= one and end <= last for first, last in plan.head.ranges) for one, end in read.asked)


def test_there_is_no_head_of_what_is_not_known_before_all_of_it_was_read(tmp_path: Path) -> None:
    source = film(tmp_path, SOUNDS["stereo"])
    normalised = next(
        name for name, each in profiles.all_profiles().items() if each.loudness is not LoudnessChoice.KEEP
    )
    text = tmp_path / "a.srt"
    text.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    told = tmp_path / "told.mp4"
    ffmpeg("-i", str(source), "-i", str(text), "-c", "copy", "-c:s", "mov_text", str(told))

    assert planned(source, profile=normalised).head is None
    assert planned(told).head is None
