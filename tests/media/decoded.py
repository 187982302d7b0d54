"""What comes out of a manifest when FFmpeg decodes all of it: every track with its times and checksums."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import m3u8

from tests.media.generate import FFMPEG


@dataclass(frozen=True, slots=True)
class Track:
    """A decoded track: `video` or `audio`, the picture's size, each frame's time (s) and checksum."""

    kind: str
    size: tuple[int, int]
    times: tuple[Fraction, ...]
    sums: tuple[str, ...]

    @property
    def once(self) -> "Track":
        """FFmpeg's DASH reader delivers a very short track twice, the second time at its last time."""
        half = len(self.times) // 2
        is_twice = half and self.sums[:half] == self.sums[half:] and set(self.times[half:]) == {self.times[half - 1]}
        return Track(self.kind, self.size, self.times[:half], self.sums[:half]) if is_twice else self


THUMBNAIL = "scale=16:9:flags=area,format=gray"
THUMBNAIL_BYTES = 16 * 9


def tracks(address: Path | str, kinds: str = "va", thumbnails: Path | None = None) -> list[Track]:
    """Every track of these kinds, in the manifest's order; the test fails when FFmpeg does.

    The pictures of the last video track are also written to `thumbnails`, as grey pixels.
    """
    command = [FFMPEG, "-v", "error", "-nostdin", "-copyts", "-i", str(address)]
    for kind in kinds:
        command += ["-map", f"0:{kind}?"]
    command += ["-fps_mode", "passthrough", "-enc_time_base:v", "demux", "-f", "framecrc", "-"]
    if thumbnails:
        last = f"0:v:{len({entry.uri for entry in m3u8.load(str(address)).playlists}) - 1}"
        command += ["-map", last, "-fps_mode", "passthrough", "-vf", THUMBNAIL, "-f", "rawvideo", str(thumbnails)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return _parsed(done.stdout)


def thumbnails(raw: bytes) -> list[bytes]:
    """The pictures that `tracks` wrote, each as its grey pixels."""
    return [raw[at : at + THUMBNAIL_BYTES] for at in range(0, len(raw), THUMBNAIL_BYTES)]


def _parsed(text: str) -> list[Track]:
    told = {
        name: dict(re.findall(rf"^#{name} (\d+): (\S+)$", text, re.M)) for name in ("tb", "media_type", "dimensions")
    }
    lines: dict[str, list[list[str]]] = defaultdict(list)
    for line in text.splitlines():
        if not line.startswith("#"):
            fields = re.split(r",\s*", line)
            lines[fields[0]].append(fields)
    return [
        Track(
            told["media_type"][track],
            _size(told["dimensions"].get(track, "0x0")),
            tuple(int(fields[2]) * Fraction(base) for fields in lines[track]),
            tuple(fields[5] for fields in lines[track]),
        )
        for track, base in told["tb"].items()
    ]


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


@dataclass(frozen=True, slots=True)
class Packet:
    """A coded picture: decoding and presentation time (s), and whether it is a keyframe."""

    decoded: Fraction
    shown: Fraction
    is_keyframe: bool


def packets(rendition: Path) -> list[Packet]:
    """The coded pictures of a rendition's folder, its segments joined to its init segment, as another demuxer reads them."""
    joined = rendition / "joined.mp4"
    joined.write_bytes(b"".join(_pieces(rendition)))
    with av.open(str(joined)) as container:
        base = Fraction(container.streams.video[0].time_base)
        return [
            Packet(packet.dts * base, packet.pts * base, packet.is_keyframe)
            for packet in container.demux(video=0)
            if packet.dts is not None and packet.pts is not None
        ]


def _pieces(rendition: Path) -> Iterator[bytes]:
    yield (rendition / "init.mp4").read_bytes()
    for segment in sorted(rendition.glob("*.m4s")):
        yield segment.read_bytes()
