"""Hostile files, made on the spot."""

import struct
import zlib
from pathlib import Path

from tests.hostile.traps import Traps
from tests.media.generate import clip, ffmpeg


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def playlist(target: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{target}\n#EXT-X-ENDLIST\n".encode()


def concat_script(target: Path) -> bytes:
    return f"ffconcat version 1.0\nfile '{target}'\n".encode()


def session_description() -> bytes:
    return b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 20000 RTP/AVP 33\n"


def dash_manifest(address: str) -> bytes:
    return f"""<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
mediaPresentationDuration="PT4S" minBufferTime="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011">
<Period><AdaptationSet contentType="video"><Representation id="1" bandwidth="1" width="64" height="64" codecs="avc1.640015"
mimeType="video/mp4"><BaseURL>{address}</BaseURL><SegmentList duration="4"><Initialization sourceURL="{address}"/>
<SegmentURL media="{address}"/></SegmentList></Representation></AdaptationSet></Period></MPD>""".encode()


def movie_elsewhere(folder: Path, target: Path) -> bytes:
    """A MOV whose samples lie in another file, named by an alias record with an absolute path."""
    whole = clip(folder / "plain.mov", seconds=0.4, sound=False).read_bytes()
    path = str(target).encode() + bytes(len(str(target)) % 2)
    alias = bytes(10) + bytes([1]) + bytes(27) + bytes(12) + bytes([1]) + bytes(63) + bytes(16)
    alias += struct.pack(">hh", 1, 1) + bytes(16) + struct.pack(">hh", 2, len(path)) + path + struct.pack(">hh", -1, 0)
    return replaced(
        whole,
        [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"],
        lambda _: bytes(4) + struct.pack(">I", 1) + box(b"alis", bytes(4) + alias),
    )


def replaced(data: bytes, path: list[bytes], change: object) -> bytes:
    """A box's content changed, with the sizes of all boxes around it."""
    at, out = 0, b""
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + size]
        if kind == path[0]:
            content = replaced(content, path[1:], change) if path[1:] else change(content)  # type: ignore[operator]
        out += box(kind, content) if size != 1 else data[at : at + size]
        at += size
    return out


def subtitles_elsewhere(folder: Path, traps: Traps) -> bytes:
    """An AVI with a GAB2 subtitle chunk that holds a playlist: FFmpeg once opened it with any demuxer (CVE-2017-9993)."""
    inner = playlist(traps.address)
    chunk = b"GAB2\0" + struct.pack("<HI", 2, 2) + b"x\0" + struct.pack("<HI", 4, len(inner)) + inner
    text = b"txts" + bytes(16) + struct.pack("<IIIIII", 1, 1, 0, 1, 0, 0) + bytes(12)
    whole = clip(folder / "plain.avi", seconds=0.4, sound=False).read_bytes()
    headers = whole.index(b"hdrl") + 4
    end = whole.index(b"LIST", headers + 60)
    track = riff(b"LIST", b"strl" + riff(b"strh", text) + riff(b"strf", b""))
    while whole[end : end + 4] == b"LIST" and whole[end + 8 : end + 12] == b"strl":
        end += 8 + struct.unpack_from("<I", whole, end + 4)[0]
    movie = whole.index(b"movi", end)
    out = bytearray(whole[:end] + track + whole[end : movie + 4] + riff(b"01tx", chunk) + whole[movie + 4 :])
    grow(out, whole.index(b"hdrl") - 4, len(track))
    grow(out, out.index(b"movi") - 4, 8 + len(chunk) + len(chunk) % 2)
    struct.pack_into("<I", out, out.index(b"avih") + 8 + 24, 2)  # two streams
    struct.pack_into("<I", out, 4, len(out) - 8)
    return bytes(out)


def riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def grow(data: bytearray, at: int, size: int) -> None:
    struct.pack_into("<I", data, at, struct.unpack_from("<I", data, at)[0] + size)


def attachment(folder: Path, traps: Traps) -> bytes:
    """A Matroska file that carries a playlist as an attachment."""
    script = folder / "list.m3u8"
    script.write_bytes(playlist(traps.address))
    plain, target = clip(folder / "plain.mkv", seconds=0.4, sound=False), folder / "attached.mkv"
    ffmpeg("-i", str(plain), "-attach", str(script), "-metadata:s:t", "mimetype=text/plain", "-c", "copy", str(target))
    return target.read_bytes()


def huge_picture(folder: Path, side: int) -> bytes:
    """A MOV of 64x64 PNG pictures that say they are `side` x `side`."""
    small = folder / "small.mov"
    ffmpeg("-f", "lavfi", "-i", "color=size=64x64:duration=0.2", "-c:v", "png", str(small))
    size = struct.pack(">II", 64, 64)
    return small.read_bytes().replace(b"IHDR" + size, b"IHDR" + struct.pack(">II", side, side))


def far_apart(folder: Path, seconds: int) -> bytes:
    """Two pictures, so many seconds apart."""
    target = folder / "gap.mkv"
    gap = f"setpts=N*{seconds}/TB"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "color=size=64x64:rate=1",
        "-vf",
        gap,
        "-frames:v",
        "2",
        "-fps_mode",
        "passthrough",
        str(target),
    )
    return target.read_bytes()


def many_tracks(folder: Path, count: int) -> bytes:
    """An MP4 whose only track is there so many times."""
    whole = clip(folder / "plain.mp4", seconds=0.2, sound=False).read_bytes()

    def multiply(movie: bytes) -> bytes:
        at = movie.index(b"trak") - 4
        size = struct.unpack_from(">I", movie, at)[0]
        return movie[:at] + movie[at : at + size] * count + movie[at + size :]

    return replaced(whole, [b"moov"], multiply)


def compressed_index(megabytes: int) -> bytes:
    """A MOV whose index is so many MiB of nothing, deflated a thousandfold."""
    squeeze = zlib.compressobj(9)
    packed = b"".join(squeeze.compress(bytes(2**20)) for _ in range(megabytes)) + squeeze.flush()
    inner = box(b"dcom", b"zlib") + box(b"cmvd", struct.pack(">I", megabytes * 2**20) + packed)
    return box(b"ftyp", b"qt  " + bytes(4) + b"qt  ") + box(b"moov", box(b"cmov", inner))
