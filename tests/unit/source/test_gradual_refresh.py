import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.source.gradual_refresh import is_partial, length_bytes

AVCC = bytes((1, 0x64, 0, 0x1F, 0xFF, 0xE1))
SLICE, IDR = bytes((0x41, 0x9A)), bytes((0x65, 0x88))
IN_38_PICTURES, AT_ONCE = bytes((6, 6, 2, 0x04, 0xF1, 0x80)), bytes((6, 6, 1, 0xC4, 0x80))
WORDS = bytes((6, 5, 255, 3)) + bytes(258)


def packet(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4) + unit for unit in units)


def test_only_h264_as_iso_files_hold_it_is_looked_at() -> None:
    assert length_bytes("h264", AVCC) == 4
    assert length_bytes("h264", b"\x00\x00\x00\x01\x67") == 0
    assert length_bytes("h264", None) == 0
    assert length_bytes("hevc", AVCC) == 0


@pytest.mark.parametrize(
    ("units", "partial"),
    [
        ((IN_38_PICTURES, SLICE), True),
        ((WORDS, IN_38_PICTURES, SLICE), True),
        ((bytes((6, 5, 3, 6, 1, 0x04)), SLICE), False),
        ((AT_ONCE, SLICE), False),
        ((IN_38_PICTURES[:3], SLICE), False),
        ((IDR, IN_38_PICTURES), False),
        ((SLICE,), False),
        ((), False),
    ],
    ids=["refresh", "behind words", "in words", "open group", "cut off", "whole", "nothing said", "empty"],
)
def test_a_keyframe_is_partial_where_its_recovery_point_comes_later(units: tuple[bytes, ...], partial: bool) -> None:
    assert is_partial(packet(*units), 4) is partial


@given(st.binary(max_size=64), st.integers(1, 4))
def test_any_packet_gets_an_answer(data: bytes, length: int) -> None:
    assert is_partial(data, length) in (True, False)
