"""Tracks of unequal length: the last picture is held, silence follows, and every track ends where the longest does."""

from pathlib import Path

import pytest

from tests.fakes import FakeOutput
from tests.integration.encoder.test_encode import (
    distance,
    encoder,
    interrupt,
    laid_out,
    made,
    pictures,
    planned,
    publish,
)
from tests.media.decoded import tracks
from tests.media.generate import decoded_frames, ffmpeg
from vod.ffmpeg.commands import filter_graph, sheets
from vod.plan.plan import Plan
from vod.steps.encode import encode

RATE = 25
ONE_FRAME = 1 / RATE


def unequal(target: Path, picture: float, *sounds: float, rate: int = RATE) -> Path:
    """A moving picture of so many seconds, and tones of so many."""
    shown = ["-f", "lavfi", "-t", str(picture), "-i", f"testsrc2=size=320x180:rate={rate}"]
    tones = [word for seconds in sounds for word in ("-f", "lavfi", "-t", str(seconds), "-i", "sine=440")]
    mapped = [word for number in range(len(sounds) + 1) for word in ("-map", str(number))]
    ffmpeg(*shown, *tones, *mapped, "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "25", str(target))
    return target


def lengths(out: Path, stream: str) -> list[float]:
    """How long (s) every track of a kind lasts as decoded."""
    frame = {"v": ONE_FRAME, "a": 1024 / 48000}[stream]
    return [float(track.times[-1]) + frame for track in tracks(out / "index.m3u8", stream)]


def check(plan: Plan, out: Path, seconds: float) -> None:
    assert plan.seconds == pytest.approx(seconds, abs=ONE_FRAME)
    for manifest in ("index.m3u8", "index.mpd"):
        assert decoded_frames(str(out / manifest)) == plan.frames == round(seconds * RATE)
    for length in (*lengths(out, "v"), *lengths(out, "a")):
        assert length == pytest.approx(seconds, abs=ONE_FRAME)


@pytest.mark.parametrize(
    ("picture", "sounds"), [(0.04, (21,)), (3, (21,)), (21, (3,)), (10, (21, 3)), (21, ())], ids=str
)
def test_every_track_ends_where_the_longest_does(tmp_path: Path, picture: float, sounds: tuple[float, ...]) -> None:
    source = unequal(tmp_path / "a.mp4", picture, *sounds)

    plan, reports, out = made(tmp_path, source)

    check(plan, out, 21)
    shown = pictures(str(out / "index.m3u8"), str(RATE))
    last = round(picture * RATE) - 1
    assert all(distance(shown[last], held) < 144 * 3 for held in shown[last:])
    assert [sheet.name for sheet in reports[0].sheets] == [sheet.name for sheet in sheets(plan, 0, None)]


def test_a_video_in_chunks_holds_its_last_picture(tmp_path: Path) -> None:
    source = unequal(tmp_path / "a.mp4", 40, 70)

    plan, _, out = made(tmp_path, source, chunks=3)

    assert len([chunk for chunk in plan.chunks if chunk.video]) == 3
    check(plan, out, 70)


def test_a_held_picture_stands_for_no_picture_that_is_missing(tmp_path: Path) -> None:
    """A chunk that ends early is short, also where the picture is held far behind it."""
    source = unequal(tmp_path / "a.mp4", 40, 70)
    plan = planned(source, chunks=3)

    graphs = [filter_graph(plan, plan.renditions, *plan.frames_of(chunk)) for chunk in plan.chunks if chunk.video]

    assert ["tpad" in graph for graph in graphs] == [False, True, True]


def test_a_chunk_in_which_nothing_but_the_held_picture_is_shown_reads_from_the_last_pictures_on(tmp_path: Path) -> None:
    source = unequal(tmp_path / "a.mp4", 40, 170)

    plan, _, out = made(tmp_path, source, chunks=8)

    check(plan, out, 170)
    held = [chunk for chunk in plan.chunks if chunk.video and plan.frames_of(chunk)[0] > plan.pictures]
    assert len(held) >= 4
    read = [sum(end - begin for begin, end in chunk.ranges or ((0, plan.source.size),)) for chunk in held]
    assert max(read) < plan.source.size * 0.7


def test_sound_that_is_made_alone_is_followed_by_silence_too(tmp_path: Path) -> None:
    source = unequal(tmp_path / "a.mp4", 70, 40)

    plan, _, out = made(tmp_path, source, chunks=3)

    assert not plan.chunks[-1].video
    check(plan, out, 70)


def test_an_encode_that_was_killed_while_it_held_the_picture_goes_on_there(tmp_path: Path) -> None:
    source = unequal(tmp_path / "a.mp4", 3, 40)
    output, plan = FakeOutput(), planned(source)
    interrupt(tmp_path, source, output, plan, after="v180/00004.m4s")

    report = encode(encoder(tmp_path, source, output), plan, plan.chunks[0])

    assert report.resumed_at >= 3
    assert publish(output, plan) == {"outcome": "published"}
    check(plan, laid_out(output, tmp_path / "out"), 40)


def test_the_rest_of_a_codecs_last_block_holds_no_picture(tmp_path: Path) -> None:
    source = unequal(tmp_path / "a.mp4", 5, 5.08)

    plan, _, out = made(tmp_path, source)

    assert (plan.frames, plan.held) == (125, 0)
    assert decoded_frames(str(out / "index.m3u8")) == 125


def test_sound_without_picture_is_as_long_as_its_longest_track(tmp_path: Path) -> None:
    source = tmp_path / "a.m4a"
    tones = [word for seconds in (4, 9) for word in ("-f", "lavfi", "-t", str(seconds), "-i", "sine=440")]
    ffmpeg(*tones, "-map", "0", "-map", "1", str(source))

    _, _, out = made(tmp_path, source)

    for length in lengths(out, "a"):
        assert length == pytest.approx(9, abs=0.05)
