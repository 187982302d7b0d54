"""Closed captions inside a source's pictures stay out of what is made of them: playlists say that there are none."""

import subprocess
from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import made
from tests.media.generate import FFMPEG, clip

A53 = b"\xb5\x00\x31GA94\x03"
"""How ATSC A/53 captions begin inside a registered user data SEI message of H.264 and HEVC."""
_CAPTION = A53 + b"\x41\xff\xfc\x94\x20\xff"
_SEI = b"\x00\x00\x01\x06" + bytes([4, len(_CAPTION)]) + _CAPTION + b"\x80"
_DELIMITER = b"\x00\x00\x00\x01\x09"


def captioned(folder: Path) -> Path:
    """A clip whose every picture carries a pair of CEA-608 bytes."""
    plain = clip(folder / "plain.h264", seconds=2, sound=False, extra=("-x264-params", "aud=1"))
    units = plain.read_bytes().split(_DELIMITER)[1:]
    (folder / "cc.h264").write_bytes(b"".join(_DELIMITER + unit[:1] + _SEI + unit[1:] for unit in units))
    target = folder / "cc.mkv"
    command = [FFMPEG, "-v", "error", "-r", "25", "-i", str(folder / "cc.h264"), "-c", "copy", str(target)]
    subprocess.run(command, check=True)
    return target


@pytest.mark.parametrize("profile", ["default", "hevc"])
def test_captions_of_the_source_are_not_copied(tmp_path: Path, profile: str) -> None:
    source = captioned(tmp_path)
    assert A53 in source.read_bytes()

    plan, _, out = made(tmp_path, source, profile=profile)

    segments = [path.read_bytes() for name in plan.renditions for path in (out / name.name).glob("*.m4s")]
    assert segments
    assert [A53 in data for data in segments] == [False] * len(segments)
