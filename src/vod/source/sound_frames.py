"""Sound without a container: known by two headers in a row, since one is only eleven bits long."""

from collections.abc import Callable

# kbit/s by MPEG version 1 (first three) and 2, and by layer (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3).
_RATES = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ADTS_HEADER_BYTES = 7

Length = Callable[[bytes], int]
"""The bytes of the frame whose header these are, 0 when they are none."""


def demuxer_for(head: bytes) -> str | None:
    """`mp3` (any MPEG audio layer) or `aac` (ADTS) when `head` begins with two of its frames, after zeros perhaps."""
    at = len(head) - len(head.lstrip(b"\0"))
    if _follow(head, at, _mpeg_bytes, b"\xff\xfe\x0c"):
        return "mp3"
    return "aac" if _follow(head, at, _adts_bytes, b"\xff\xfe\xfc") else None


def _follow(head: bytes, at: int, length: Length, kept: bytes) -> bool:
    """Whether a frame and another one of its kind (the bits of `kept` are the same in all) stand at `at`."""
    first = head[at : at + _ADTS_HEADER_BYTES]
    size = length(first)
    second = head[at + size : at + size + _ADTS_HEADER_BYTES]
    same = all(one & mask == other & mask for one, other, mask in zip(first, second, kept, strict=False))
    return bool(size) and bool(length(second)) and same


def _mpeg_bytes(header: bytes) -> int:
    """ISO/IEC 11172-3, 2.4.1.3 and 2.4.3.1; a free bit rate is not known by its header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate, hertz = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer == 4 or rate in (0, 15) or hertz == 3:
        return 0
    bits = _RATES[version == 3, layer][rate - 1] * 1000
    padding = header[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // _HERTZ[version][hertz] + padding) * 4
    slots = 72 if layer == 3 and version != 3 else 144
    return slots * bits // _HERTZ[version][hertz] + padding


def _adts_bytes(header: bytes) -> int:
    """ISO/IEC 14496-3, 1.A.2.2."""
    if len(header) < _ADTS_HEADER_BYTES or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > _ADTS_HEADER_BYTES else 0
