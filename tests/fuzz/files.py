"""The files that mutants are made of: one of each container, made on the spot and alike in every run, and real ones."""

import os
from pathlib import Path

from tests.media.corpus import BESIDE
from tests.media.generate import ffmpeg

MOST_BYTES = 300_000
PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25")
TONE = ("-f", "lavfi", "-i", "sine=440")
MADE: dict[str, tuple[str, ...]] = {
    "plain.mp4": (*PICTURE, *TONE),
    "fragments.mp4": (*PICTURE, *TONE, "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-g", "5"),
    "edits.mov": (*PICTURE, *TONE, "-itsoffset", "0.3", *TONE, "-map", "0", "-map", "2", "-bf", "2"),
    "plain.mkv": (*PICTURE, *TONE),
    "plain.webm": (*PICTURE, "-c:v", "libvpx-vp9", "-deadline", "realtime"),
    "plain.ts": (*PICTURE, *TONE),
    "plain.mpg": (*PICTURE, *TONE),
    "plain.avi": (*PICTURE, *TONE, "-c:v", "mpeg4", "-c:a", "mp3"),
    "plain.flv": (*PICTURE, *TONE, "-c:v", "flv"),
    "plain.mxf": (*PICTURE, "-c:v", "mpeg2video"),
    "plain.wmv": (*PICTURE, *TONE),
    "plain.gif": PICTURE,
    "plain.ogg": (*TONE, "-c:a", "libopus"),
    "plain.wav": TONE,
    "plain.aiff": TONE,
    "plain.mp3": (*TONE, "-metadata", "title=A title"),
    "plain.aac": TONE,
    "plain.flac": TONE,
}


def made(folder: Path) -> list[Path]:
    """One small file of each container, made in a folder."""
    for name, arguments in MADE.items():
        ffmpeg(*arguments, "-t", "0.6", "-pix_fmt", "yuv420p", "-threads", "1", "-bitexact", str(folder / name))
    return [folder / name for name in MADE]


def real() -> list[Path]:
    """The small files of the corpus (VOD_MEDIA or ../shared), where it is there."""
    folder = Path(os.environ.get("VOD_MEDIA", str(BESIDE))) / "corpus"
    return sorted(
        file for file in folder.glob("*.*") if 64 < file.stat().st_size <= MOST_BYTES and file.suffix != ".csv"
    )
