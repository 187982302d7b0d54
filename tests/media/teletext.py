"""A transport stream with teletext subtitles (EN 300 706, EN 300 472), which FFmpeg can read but not write."""

import struct
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

PAGE = 0x88  # of magazine 8: page 888, where broadcasters put subtitles
_PMT, _PID, _CLOCK = 0x100, 0x101, 0x102
_REVERSED = [int(f"{byte:08b}"[::-1], 2) for byte in range(256)]
_HAMMING = [0x15, 0x02, 0x49, 0x5E, 0x64, 0x73, 0x38, 0x2F, 0xD0, 0xC7, 0x8C, 0x9B, 0xA1, 0xB6, 0xFD, 0xEA]


def teletext(target: Path, screens: Iterable[tuple[float, list[str]]]) -> Path:
    """A stream whose subtitle page shows these lines from these times (s) on; no lines clear the screen."""
    counter = count()
    tables = _packet(0, b"\x00" + _section(0, struct.pack(">HH", 1, 0xE000 | _PMT))) + _packet(_PMT, b"\x00" + _map())
    parts = [_clock(at) + _packets(_pes(at, _screen(lines)), counter) for at, lines in screens]
    target.write_bytes(tables + b"".join(parts))
    return target


def _screen(lines: list[str]) -> list[bytes]:
    rows = [_text(20 + 2 * number, line) for number, line in enumerate(lines)]
    return [_header(PAGE), *rows, _header(0xFF)]  # the next page's header ends this one


def _header(page: int) -> bytes:
    # Erase page (C4), subtitle (C6), suppress header (C7).
    digits = [page & 15, page >> 4, 0, 8, 0, 8, 1, 0]
    return _row(0, bytes(_HAMMING[digit] for digit in digits) + bytes(_odd(32) for _ in range(32)))


def _text(number: int, line: str) -> bytes:
    boxed = [0x0D, 0x0B, 0x0B, *line.encode("ascii"), 0x0A, 0x0A]
    return _row(number, bytes(_odd(letter) for letter in (boxed + [32] * 40)[:40]))


def _row(number: int, data: bytes) -> bytes:
    address = bytes([_HAMMING[(number & 1) << 3], _HAMMING[number >> 1]])
    return bytes(_REVERSED[byte] for byte in address + data)


def _odd(letter: int) -> int:
    return letter if letter.bit_count() % 2 else letter | 0x80


def _pes(at: float, rows: list[bytes]) -> bytes:
    units = [b"\x03\x2c" + bytes([0xE0 | (7 + line), 0xE4]) + row for line, row in enumerate(rows)]
    units += [b"\xff\x2c".ljust(46, b"\xff")] * (-(len(units) + 1) % 4)  # whole packets: 45 + 1 + 46 n = 184 m
    data = b"\x10" + b"".join(units)
    time = int(at * 90000)
    stamp = struct.pack(">BHH", 0x21 | (time >> 29) & 14, (time >> 14) & 0xFFFE | 1, ((time & 0x7FFF) << 1) | 1)
    header = b"\x84\x80\x24" + stamp.ljust(0x24, b"\xff")
    return b"\x00\x00\x01\xbd" + struct.pack(">H", len(header) + len(data)) + header + data


def _map() -> bytes:
    descriptor = b"\x56\x05eng" + bytes([2 << 3, 0x88])
    stream = b"\x06" + struct.pack(">HH", 0xE000 | _PID, 0xF000 | len(descriptor)) + descriptor
    return _section(2, struct.pack(">HH", 0xE000 | _CLOCK, 0xF000) + stream)


def _section(table: int, body: bytes) -> bytes:
    section = bytes([table]) + struct.pack(">HHBBB", 0xB000 | (len(body) + 9), 1, 0xC1, 0, 0) + body
    return section + struct.pack(">I", _crc(section))


def _crc(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def _clock(at: float) -> bytes:
    """A packet with nothing but the clock: FFmpeg dates teletext by it."""
    base = int(at * 90000)
    return struct.pack(">BHBBBIH", 0x47, _CLOCK, 0x20, 183, 0x10, base >> 1, (base & 1) << 15 | 0x7E00).ljust(
        188, b"\xff"
    )


def _packets(payload: bytes, counter: Iterator[int]) -> bytes:
    pieces = [payload[at : at + 184] for at in range(0, len(payload), 184)]
    return b"".join(_packet(_PID, piece, number == 0, next(counter)) for number, piece in enumerate(pieces))


def _packet(pid: int, payload: bytes, first: bool = True, number: int = 0) -> bytes:
    room = 184 - len(payload)
    stuffing = (bytes([room - 1]) + b"\x00".ljust(room - 1, b"\xff")[: room - 1]) if room else b""
    head = struct.pack(">BHB", 0x47, (0x4000 if first else 0) | pid, (0x30 if room else 0x10) | number % 16)
    return head + stuffing + payload
