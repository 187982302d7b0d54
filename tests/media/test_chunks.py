"""However a source is cut into chunks, and whenever a task dies: the same frames, at the same times, in the same order."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeSourceFiles, FolderOutput
from tests.integration.encoder.test_encode import distance
from tests.integration.source.test_libav import probe
from tests.media import decoded
from tests.media.choice import chosen
from tests.media.decoded import THUMBNAIL, Packet, Track, thumbnails
from tests.media.generate import FFMPEG, clip
from tests.media.in_process import PRESETS, encoded, encoder, published
from tests.media.kill import encode_killed, points
from tests.media.sources import ENTERED, FROM_THE_BEGINNING, Source
from vod import keys, profiles
from vod.errors import AlreadyStored, PieceDoubtful
from vod.media import color
from vod.plan import lanes
from vod.plan.chunks import TASKS_ONLY, Chunk, ChunkPolicy, FunctionLane, Lane
from vod.plan.make_plan import make_plan
from vod.plan.objects import stored_keys
from vod.plan.plan import Plan, SourceObject
from vod.profiles.profile import CodecLadder, Profile
from vod.profiles.rung_choice import Rung
from vod.source.byte_ranges import Range
from vod.steps.encode import encode
from vod.steps.piece import check_piece

CHOSEN = {
    *("h264 29.97", "open groups", "other fragments", "rotated, 5.1", "odd size, vp9", "h264 to av1"),
    "interlaced transport stream",
}
"""What `make test` looks at; `make test-all` takes every source."""
RUNGS = (Rung(short_side=96, crf=14, peak_kbps=2000), Rung(short_side=64, crf=14, peak_kbps=1000))


def tiny(name: str) -> Profile:
    """A profile of the installation with two small rungs a codec."""
    profile = profiles.named(name)
    ladders = [CodecLadder(codec=old.codec, preset=PRESETS[old.codec], rungs=RUNGS) for old in profile.ladders]
    return profile.model_copy(update={"ladders": tuple(ladders)})


def planned(file: Path, chunks: int, profile: str, functions: FunctionLane = TASKS_ONLY) -> Plan:
    size = file.stat().st_size
    stored = SourceObject(bucket="b", key=keys.source_key(samples.VIDEO_ID), version=None, size=size)
    policy = ChunkPolicy(least_seconds=Fraction(1), most=chunks, functions=functions)
    return make_plan(samples.VIDEO_ID, samples.RUN, stored, probe(file), policy, tiny(profile))


@dataclass(frozen=True)
class Result:
    """A published run, looked at in every way: each is the same however the run came about, but for `pictures`."""

    plan: Plan
    hls: list[Track]
    dash: list[Track]
    coded: list[list[Packet]]
    inits: list[bytes]
    pictures: list[bytes]

    @property
    def times(self) -> list[tuple[Fraction, ...]]:
        """Of pictures and sounds; a sound made beside the picture differs in its least bits from one made alone."""
        return [track.times for track in (*self.hls, *self.dash)]


@dataclass(frozen=True)
class Whole:
    """A source, what it becomes in one piece, and its own pictures on that grid."""

    source: Source
    file: Path
    result: Result
    pictures: list[bytes]


def looked_at(plan: Plan, folder: Path) -> Result:
    with ThreadPoolExecutor(1) as beside:
        dash = beside.submit(decoded.tracks, folder / "index.mpd")
        hls = decoded.tracks(folder / "index.m3u8", thumbnails=folder / "pictures")
    renditions = [folder / rendition.name for rendition in plan.renditions]
    return Result(
        plan=plan,
        hls=hls,
        dash=dash.result(),
        coded=[decoded.packets(rendition) for rendition in renditions],
        inits=[(rendition / "init.mp4").read_bytes() for rendition in renditions],
        pictures=thumbnails((folder / "pictures").read_bytes()),
    )


class Zeros(FakeSourceFiles):
    """The bytes that were planned; all others are zeros, as in a function."""

    def __init__(self, file: Path, ranges: Sequence[Range] | None) -> None:
        super().__init__(file)
        self._ranges = ranges

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        data = super().read(source, first, end)
        if self._ranges is None or any(begin <= first and end <= last for begin, last in self._ranges):
            return data
        return bytes(len(data))


class Once(FolderOutput):
    """Takes from a chunk what its function has addresses of, each object once."""

    def __init__(self, folder: Path, plan: Plan, chunk: Chunk) -> None:
        super().__init__(folder)
        self._allowed = stored_keys(plan, chunk)

    def put(self, key: str, data: bytes) -> None:
        assert key in self._allowed
        if (self.folder / key).exists():
            raise AlreadyStored(key)
        super().put(key, data)


def shown(tracks: list[Track]) -> list[Track]:
    return [track for track in tracks if track.kind == "video"]


def of_source(file: Path, plan: Plan) -> list[bytes]:
    """The source's pictures on the plan's grid and in its colours, read from the beginning; the last one is held."""
    size = plan.renditions[-1]
    command = [FFMPEG, "-v", "error", "-nostdin", "-copyts", "-itsoffset", f"{-plan.start:.6f}", "-i", str(file)]
    grid = f"fps={plan.rate.num}/{plan.rate.den}:start_time=0,{color.filters(plan.color, size.width, size.height)}"
    command += ["-map", f"0:{plan.video_index}", "-vf", f"{grid},{THUMBNAIL}", "-f", "rawvideo", "-"]
    made = thumbnails(subprocess.run(command, capture_output=True, check=True).stdout)
    return made + made[-1:] * plan.held


def misplaced(made: list[bytes], source: list[bytes]) -> list[int]:
    """Pictures that look clearly more like a neighbour of their source picture than like it."""
    wrong = []
    for number, picture in enumerate(made):
        own = distance(picture, source[number])
        near = source[max(0, number - 3) : number + 4]
        if own > 144 and min(distance(picture, other) for other in near) < own * 0.8:
            wrong.append(number)
    return wrong


def finished(plan: Plan, folder: Path) -> Result:
    ended = published(plan, folder)
    assert ended.error is None, ended.error
    assert ended.video.warnings == ()
    assert ended.video.has_poster
    assert ended.video.has_storyboard
    return looked_at(plan, ended.folder)


@pytest.fixture(scope="module", params=chosen([*ENTERED, *FROM_THE_BEGINNING], CHOSEN))
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("source")
    source: Source = request.param
    file = source.make(folder)
    plan = planned(file, 1, source.profile)
    encoded(plan, file, folder / "whole")
    yield Whole(source, file, finished(plan, folder / "whole"), of_source(file, plan))
    shutil.rmtree(folder)


def assert_same(result: Result, whole: Whole) -> None:
    assert result.times == whole.result.times
    assert shown(result.dash) == shown(result.hls)
    assert result.inits == whole.result.inits
    assert result.coded == whole.result.coded
    assert misplaced(result.pictures, whole.pictures) == []


def test_one_piece_has_every_frame_of_the_source_in_its_place(whole: Whole) -> None:
    plan = whole.result.plan
    frames = (whole.source.frames or len(decoded.tracks(whole.file, "v")[0].times)) + plan.held
    step = 1 / plan.rate.fraction

    assert len(plan.chunks) == 1
    assert plan.segments >= 8
    assert shown(whole.result.dash) == shown(whole.result.hls)
    for track in shown(whole.result.hls):
        assert track.times == tuple(number * step for number in range(frames))
    for track in whole.result.coded:
        assert [packet.decoded - track[0].decoded for packet in track] == [number * step for number in range(frames)]
        keyframes = [packet.shown for packet in track if packet.is_keyframe]
        assert keyframes == [number * step for number in range(0, frames, plan.gop_frames)]
    assert len(whole.pictures) == frames
    assert misplaced(whole.result.pictures, whole.pictures) == []


def test_eight_chunks_are_the_same_as_one_piece(whole: Whole, tmp_path: Path) -> None:
    plan = planned(whole.file, 8, whole.source.profile)

    encoded(plan, whole.file, tmp_path)

    assert len(plan.chunks) == (9 if whole.source in ENTERED else 1)
    assert_same(finished(plan, tmp_path), whole)


def test_three_chunks_whose_task_is_killed_are_the_same_as_one_piece(whole: Whole, tmp_path: Path) -> None:
    plan = planned(whole.file, 3, whole.source.profile)
    stores = len(plan.renditions) * (plan.segments + 1)

    codes = encode_killed(plan, whole.file, tmp_path / "out", points(whole.source.name, stores, 1))

    assert len(plan.chunks) == (4 if whole.source in ENTERED else 1)
    assert codes[0] != 0
    assert codes[-1] == 0
    assert_same(finished(plan, tmp_path / "out"), whole)


def test_pieces_of_a_segment_as_functions_make_them_are_the_same_as_one_piece(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "PIECE_SECONDS", 0)
    plan = planned(whole.file, 1, whole.source.profile, FunctionLane(whole_seconds=900))

    for chunk in plan.chunks:
        piece = replace(encoder(whole.file, tmp_path), output=Once(tmp_path, plan, chunk), in_function=True)
        assert encode(piece, plan, chunk).outcome == "encoded"

    assert {chunk.lane for chunk in plan.chunks} == {Lane.FUNCTION}
    assert len(plan.chunks) >= (plan.segments if whole.source in ENTERED else 1)
    assert_same(finished(plan, tmp_path), whole)


def test_where_damage_makes_a_piece_look_beyond_its_bytes_a_task_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "PIECE_SECONDS", 0)
    file = clip(tmp_path / "a.mp4", 40, "160x120", "25", extra=("-g", "50"))
    data = bytearray(file.read_bytes())
    plan = planned(file, 1, "default", FunctionLane(whole_seconds=900))
    first, end = len(data) * 2 // 5, len(data) * 3 // 5
    data[first:end] = bytes(end - first)
    file.write_bytes(data)
    doubtful = 0

    for chunk in plan.chunks:
        known = Zeros(file, chunk.ranges)
        piece = replace(encoder(file, tmp_path), output=Once(tmp_path, plan, chunk), in_function=True, sources=known)
        try:
            check_piece(plan, chunk, encode(piece, plan, chunk))
        except PieceDoubtful:
            doubtful += 1
            encode(encoder(file, tmp_path), plan, chunk)  # its task, which overwrites

    assert doubtful
    ended = published(plan, tmp_path)
    assert ended.error is None


def test_the_comparison_of_pictures_notices_one_that_is_late(tmp_path: Path) -> None:
    file = clip(tmp_path / "a.mp4", seconds=4)
    source = of_source(file, planned(file, 1, "default"))

    assert misplaced(source, source) == []
    assert len(misplaced(source[1:], source)) > 80
