"""The gate: no FFmpeg below the newest security fixes, neither the encoder's nor the one inside PyAV."""

import re
import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import pytest

from tests import samples
from vod.ffmpeg import commands, version
from vod.ffmpeg.version import LIBRARIES, is_safe, release

ROOT = Path(__file__).parents[3]


def said_by_the_encoder() -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_encoders_ffmpeg_has_the_newest_security_fixes() -> None:
    said = said_by_the_encoder()
    libraries = {name: tuple(map(int, numbers.split("."))) for name, numbers in _libraries(said)}

    assert is_safe(release(said.split()[2])), version.__doc__
    for name, oldest in LIBRARIES.items():
        assert libraries[name] >= oldest


def _libraries(said: str) -> list[tuple[str, str]]:
    rows = re.findall(r"^(lib\w+)\s+([\d. ]+?)\s*/", said, re.M)
    return [(name, numbers.replace(" ", "")) for name, numbers in rows]


def test_the_probes_ffmpeg_has_the_newest_security_fixes() -> None:
    assert is_safe(release(av.ffmpeg_version_info)), version.__doc__
    for name, oldest in LIBRARIES.items():
        assert av.library_versions[name] >= oldest


@pytest.mark.parametrize("old", ["5.1.9", "7.1.3", "8.0.3", "8.1.2", "9.0", "9.0.1", "N-121234-gabcdef", ""])
def test_an_older_ffmpeg_is_refused(old: str) -> None:
    assert not is_safe(release(old))


@pytest.mark.parametrize("new", ["8.1.3", "9.0.2", "n9.0.2-17-g2a571b6068-20260930", "9.0.10", "9.1", "10.0"])
def test_a_newer_ffmpeg_passes(new: str) -> None:
    assert is_safe(release(new))


def test_the_lcevc_decoder_does_not_run() -> None:
    """Until CVE-2026-125262 is closed by a release."""
    command = commands.encode_command("ffmpeg", "s", samples.plan(), 0, None, {"v720": "pipe:4"}, "pipe:5")

    opened = command[: command.index("-i")]

    assert opened[opened.index("-export_side_data") + 1] == "+enhancements"
