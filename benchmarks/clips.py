"""The clips that are measured: cut from real media where there is some, else generated.

Each is made once and kept. Real media are found in the folder that VOD_MEDIA names, or in ../shared.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plans import FFMPEG

KEPT = Path(__file__).parent.parent / ".local" / "bench"
"""Where clips and results stay from one run to the next."""
CAMERA = "svt_natural_1080p25_10s_422_10bit.mp4"
ANIMATION = "bbb_1080p60_30s_h264_aac51.mp4"
WARNING = "GENERATED TEST PICTURES, not real media: these figures cannot be compared with those of real content."
_PICTURE = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "100")
_SOUND = ("-c:a", "aac", "-b:a", "160k", "-ac", "2")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a clip should be: size in pixels, frames per second, seconds, x264's rate factor."""

    width: int
    height: int
    rate: int
    seconds: float
    crf: int = 18

    @property
    def name(self) -> str:
        """A file name."""
        return f"mix-{self.height}p{self.rate}-{self.seconds:g}s-crf{self.crf}.mp4"


@dataclass(frozen=True, slots=True)
class Clips:
    """Makes clips in a folder: half camera, half animation, at any size, rate and length."""

    folder: Path
    media: Path | None

    @property
    def warning(self) -> str | None:
        """What must stand beside every figure when there are no real media."""
        return None if self.media else WARNING

    def mix(self, shape: Shape) -> Path:
        """A clip of this shape. At a higher rate the camera's half plays faster: every frame is a new picture.

        A picture that had to be enlarged gets a light grain, since a real one of that size has detail.
        """
        kind = "real" if self.media else "generated"
        target = self.folder / kind / shape.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            made = target.with_name(f"part-{target.name}")
            _ffmpeg(*(_mixed(self.media, shape) if self.media else _generated(shape)), str(made))
            made.replace(target)
        return target

    def repeated(self, clip: Path, times: int) -> Path:
        """A clip several times over, not encoded again."""
        target = clip.with_name(f"{clip.stem}-x{times}.mp4")
        if not target.exists():
            _ffmpeg("-stream_loop", str(times - 1), "-i", str(clip), "-c", "copy", str(target))
        return target

    def subtitled(self, clip: Path) -> Path:
        """A clip with a line of text for every second."""
        target = clip.with_name(f"{clip.stem}-subtitled.mp4")
        if not target.exists():
            lines = clip.with_suffix(".srt")
            lines.write_text("\n".join(_line(second) for second in range(10)))
            inputs = ["-i", str(clip), "-i", str(lines), "-map", "0", "-map", "1"]
            _ffmpeg(*inputs, "-c", "copy", "-c:s", "mov_text", str(target))
        return target


def found(folder: Path) -> Clips:
    """Clips kept in a folder, from real media when they are there."""
    candidates = [Path(os.environ[name]) for name in ("VOD_MEDIA",) if name in os.environ] or [Path("../shared")]
    media = [place / "clips" for place in candidates if (place / "clips" / CAMERA).exists()]
    return Clips(folder, media[0] if media else None)


def _mixed(media: Path, shape: Shape) -> Sequence[str]:
    half = shape.seconds / 2
    grain = ",noise=alls=4:allf=t" if shape.height > 1080 else ""
    fitted = f"scale={shape.width}:{shape.height}:flags=lanczos,format=yuv420p{grain},setsar=1"
    camera = f"[0:v]setpts=N/{shape.rate}/TB,fps={shape.rate},trim=duration={half},{fitted}[camera]"
    animation = f"[1:v]fps={shape.rate},trim=duration={half},setpts=PTS-STARTPTS,{fitted}[animation]"
    joined = f"[camera][animation]concat=n=2,fps={shape.rate}[v]"
    inputs = ["-i", str(media / CAMERA), "-ss", "4", "-i", str(media / ANIMATION)]
    maps = ["-filter_complex", ";".join([camera, animation, joined]), "-map", "[v]", "-map", "1:a:0"]
    return [*inputs, *maps, *_PICTURE, "-crf", str(shape.crf), *_SOUND, "-t", str(shape.seconds)]


def _generated(shape: Shape) -> Sequence[str]:
    size = f"size={shape.width}x{shape.height}:rate={shape.rate}"
    picture = ["-f", "lavfi", "-i", f"testsrc2={size},noise=alls=8:allf=t", "-f", "lavfi", "-i", "sine=440"]
    return [*picture, *_PICTURE, "-crf", str(shape.crf), *_SOUND, "-t", str(shape.seconds)]


def _line(second: int) -> str:
    return f"{second + 1}\n00:00:{second:02d},000 --> 00:00:{second:02d},900\nSecond {second}.\n"


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-nostdin", "-y", *arguments], check=True)
