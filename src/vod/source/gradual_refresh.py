"""H.264 whose keyframes are no whole pictures: intra refresh, which makes a picture new over many, column by column."""

from collections.abc import Iterator

_SLICE, _IDR, _MESSAGES = 1, 5, 6
_RECOVERY_POINT = 6
_AT_ONCE = 0x80
"""The first bit of recovery_frame_cnt (ue(v)) is 1 where it is 0."""
_AVCC_VERSION = 1


def length_bytes(codec: str, extradata: bytes | None) -> int:
    """How many bytes tell the length of each unit (avcC, ISO/IEC 14496-15, 5.3.3.1); 0 where it is not such H.264."""
    is_avcc = codec == "h264" and extradata is not None and len(extradata) > 4 and extradata[0] == _AVCC_VERSION
    return (extradata[4] & 3) + 1 if is_avcc and extradata else 0


def is_partial(packet: bytes, length: int) -> bool:
    """Whether pictures come out damaged when decoding begins at this keyframe: its recovery point (ITU-T H.264, D.2.8)
    is some pictures later. Players show that for a second; no encoder may start there."""
    for unit in _units(packet, length):
        kind = unit[0] & 0x1F
        if _SLICE <= kind <= _IDR:
            return False
        if kind == _MESSAGES and (body := _recovery_point(_unescaped(unit[1:]))):
            return body[0] < _AT_ONCE
    return False


def _units(packet: bytes, length: int) -> Iterator[bytes]:
    at = 0
    while at + length < len(packet):
        size = int.from_bytes(packet[at : at + length])
        at += length
        if not 0 < size <= len(packet) - at:
            return
        yield packet[at : at + size]
        at += size


def _unescaped(body: bytes) -> bytes:
    return body.replace(b"\x00\x00\x03", b"\x00\x00")


def _recovery_point(messages: bytes) -> bytes | None:
    """The payload of the recovery point among the messages of a unit (ITU-T H.264, 7.3.2.3.1)."""
    at = 0
    while at + 2 <= len(messages):
        kind, at = _sum_of_bytes(messages, at)
        size, at = _sum_of_bytes(messages, at)
        if kind == _RECOVERY_POINT:
            return messages[at : at + size]
        at += size
    return None


def _sum_of_bytes(messages: bytes, at: int) -> tuple[int, int]:
    """A number written as bytes of 255 and a smaller one, and where it ends."""
    total = 0
    while at < len(messages):
        total += messages[at]
        at += 1
        if messages[at - 1] != 0xFF:
            break
    return total, at
