import struct

import pytest

from vod.encoder.segmenter import Segment, Segmenter
from vod.media import isobmff


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def fragment(start: int, durations: list[int], fill: bytes = b"x") -> bytes:
    tfhd = box(b"tfhd", b"\x00\x02\x00\x00" + struct.pack(">I", 1))
    tfdt = box(b"tfdt", b"\x01\x00\x00\x00" + struct.pack(">Q", start))
    run = b"\x00\x00\x01\x00" + struct.pack(">I", len(durations)) + b"".join(struct.pack(">I", d) for d in durations)
    return box(b"moof", box(b"traf", tfhd + tfdt + box(b"trun", run))) + box(b"mdat", fill * 10)


INIT = box(b"ftyp", b"iso6") + box(b"moov", b"")
STREAM = INIT + b"".join(fragment(n * 100, [50, 50]) for n in range(5))


def cut(data: bytes, step: int, per_segment: int = 2) -> list[Segment]:
    segmenter = Segmenter(per_segment)
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    found = [segment for piece in pieces for segment in segmenter.feed(piece)]
    return [*found, *segmenter.finish()]


@pytest.mark.parametrize("step", [1, 7, 64, 100_000])
def test_the_pieces_are_the_same_however_the_bytes_come(step: int) -> None:
    pieces = cut(STREAM, step)

    assert b"".join(piece.data for piece in pieces) == STREAM
    assert [len(piece.fragments) for piece in pieces] == [0, 2, 2, 1]


def test_the_init_segment_comes_first_and_only_once() -> None:
    pieces = cut(STREAM, 50)

    assert pieces[0].data == INIT
    assert [piece.is_init for piece in pieces] == [True, False, False, False]


def test_a_segment_knows_its_times() -> None:
    second = cut(STREAM, 1000)[2]

    assert [(f.start, f.samples, f.ticks) for f in second.fragments] == [(200, 2, 100), (300, 2, 100)]


def test_a_segment_is_not_given_before_the_next_begins() -> None:
    segmenter = Segmenter(1)

    first = list(segmenter.feed(INIT + fragment(0, [50])))

    assert [piece.is_init for piece in first] == [True]


def test_a_stream_that_breaks_off_inside_a_box_is_an_error() -> None:
    segmenter = Segmenter(1)
    list(segmenter.feed(STREAM[:-3]))

    with pytest.raises(ValueError, match="unfinished box"):
        list(segmenter.finish())


@pytest.mark.parametrize(
    ("tfhd", "trun", "expected"),
    [
        # offset 120; each sample has its length and its size
        ((0x020000, [1]), (0x301, [2, 120, 50, 900, 50, 30]), 1020),
        # the size is the tfhd's, behind a default length; first_sample_flags before the samples
        ((0x020018, [1, 40, 700]), (0x105, [2, 120, 0, 50, 50]), 820),
        # no offset of the data is said; offsets count from a place in the file
        ((0x020000, [1]), (0x300, [1, 50, 900]), 0),
        ((0x000001, [1, 0, 0]), (0x301, [1, 120, 50, 900]), 0),
    ],
)
def test_a_fragment_knows_where_its_first_sample_ends(
    tfhd: tuple[int, list[int]], trun: tuple[int, list[int]], expected: int
) -> None:
    def full(kind: bytes, flags: int, words: list[int]) -> bytes:
        return box(kind, struct.pack(f">I{len(words)}I", flags, *words))

    moof = box(b"traf", full(b"tfhd", *tfhd) + full(b"tfdt", 0, [0]) + full(b"trun", *trun))

    assert isobmff.parse_fragment(memoryview(moof)).first_end == expected


def test_default_durations_count_when_samples_carry_none() -> None:
    tfhd = box(b"tfhd", b"\x00\x02\x00\x08" + struct.pack(">II", 1, 40))
    tfdt = box(b"tfdt", b"\x00\x00\x00\x00" + struct.pack(">I", 7))
    trun = box(b"trun", b"\x00\x00\x00\x00" + struct.pack(">I", 3))

    parsed = isobmff.parse_fragment(memoryview(box(b"traf", tfhd + tfdt + trun)))

    assert (parsed.start, parsed.samples, parsed.ticks) == (7, 3, 120)
