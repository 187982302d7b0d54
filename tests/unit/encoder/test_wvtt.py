import struct
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vod.encoder import wvtt
from vod.media import isobmff
from vod.media.webvtt import Cue

MINUTES = 60
OVERLAPPING = [Cue(1, 4, "one", "line:0"), Cue(3, 6, "two"), Cue(6, 7, "three")]
MILLISECONDS = st.integers(0, 700_000)


@st.composite
def cue(draw: st.DrawFn) -> Cue:
    start, length = draw(MILLISECONDS), draw(st.integers(1, 400_000))
    return Cue(start / 1000, (start + length) / 1000, draw(st.text("abc", min_size=1, max_size=5)))


def read(segment: bytes) -> list[tuple[int, int, list[dict[str, str]]]]:
    """Each sample of a segment as its start, its end and its cues, as a player reads them."""
    moof, mdat = isobmff.boxes(memoryview(segment))
    traf = isobmff.descend(moof.payload, b"traf")
    at = struct.unpack_from(">Q", isobmff.descend(traf, b"tfdt"), 4)[0]
    run = isobmff.descend(traf, b"trun")
    count, offset = struct.unpack_from(">2I", run, 4)
    found = []
    for duration, size in (struct.unpack_from(">2I", run, 12 + 8 * n) for n in range(count)):
        found.append((at, at + duration, cues(memoryview(segment)[offset : offset + size])))
        at, offset = at + duration, offset + size
    assert offset == len(segment) == len(moof.payload) + len(mdat.payload) + 16
    return found


def cues(sample: memoryview) -> list[dict[str, str]]:
    boxes = list(isobmff.boxes(sample))
    assert sum(len(box.payload) + 8 for box in boxes) == len(sample) > 0
    assert {box.type for box in boxes} in ({b"vttc"}, {b"vtte"})
    full = [box for box in boxes if box.type == b"vttc"]
    return [{part.type.decode(): bytes(part.payload).decode() for part in isobmff.boxes(box.payload)} for box in full]


def shown(files: dict[str, bytes]) -> list[tuple[int, int, list[str]]]:
    segments = [data for name, data in files.items() if name.endswith(".m4s")]
    return [(a, b, [box["payl"] for box in found]) for data in segments for a, b, found in read(data)]


def test_a_sample_holds_every_cue_of_its_time_and_gaps_are_samples_too() -> None:
    _, files = wvtt.packaged("s0", OVERLAPPING, 10)

    assert shown(files) == [
        (0, 1000, []),
        (1000, 3000, ["one"]),
        (3000, 4000, ["one", "two"]),
        (4000, 6000, ["two"]),
        (6000, 7000, ["three"]),
        (7000, 10_000, []),
    ]


@given(st.lists(cue(), max_size=12), st.lists(MILLISECONDS, min_size=1))
def test_at_every_moment_the_screen_shows_what_the_cues_say(made: list[Cue], moments: list[int]) -> None:
    found = wvtt.samples(made, 700_000)

    assert found[0].start == 0
    assert found[-1].start + found[-1].ticks == 700_000
    assert all(one.start + one.ticks == other.start for one, other in pairwise(found))
    for moment in (time for time in moments if time < 700_000):
        (sample,) = [each for each in found if each.start <= moment < each.start + each.ticks]
        expected = [each.text for each in made if round(each.start * 1000) <= moment < round(each.end * 1000)]
        assert sorted(box["payl"] for box in cues(memoryview(sample.body))) == sorted(expected)


def test_a_cue_keeps_its_settings_and_one_number_in_all_its_samples() -> None:
    _, files = wvtt.packaged("s0", OVERLAPPING, 10)

    boxes = [box for _, _, found in read(files["s0/00000.m4s"]) for box in found]
    assert [box.get("sttg") for box in boxes] == ["line:0", "line:0", None, None, None]
    assert [ord(box["vsid"][-1]) for box in boxes] == [0, 0, 1, 1, 2]


def test_segments_are_five_minutes_and_a_cue_across_their_border_is_in_both() -> None:
    report, files = wvtt.packaged("s0", [Cue(4 * MINUTES, 6 * MINUTES, "long")], 11 * MINUTES)

    assert [segment.ticks for segment in report.segments] == [300_000, 300_000, 60_000]
    assert [segment.start for segment in report.segments] == [0, 300_000, 600_000]
    assert [each[2] for each in shown(files)] == [[], ["long"], ["long"], [], []]


def test_the_report_says_what_the_files_hold() -> None:
    report, files = wvtt.packaged("s0", OVERLAPPING, 400)

    assert (report.codec, report.timescale, report.init_bytes) == ("wvtt", 1000, len(files["s0/init.mp4"]))
    for segment in report.segments:
        data = files[f"s0/{segment.number:05d}.m4s"]
        fragment = isobmff.parse_fragment(next(isobmff.boxes(memoryview(data))).payload)
        assert (segment.bytes, segment.start, segment.frames) == (len(data), fragment.start, fragment.samples)
        assert segment.ticks == fragment.ticks


def test_cues_without_end_do_not_blow_up_the_track() -> None:
    piled = [Cue(number / 1000, 4000, "x" * 100) for number in range(5000)]

    _, files = wvtt.packaged("s0", [*piled, Cue(0, 4000, "y" * 10_000)], 4000)

    assert sum(map(len, files.values())) < 5100 * wvtt.MOST_BYTES_AT_ONCE
    assert b"y" * 10_000 not in files["s0/00000.m4s"]
