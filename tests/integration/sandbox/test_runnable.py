"""A program of a layer has lost its right to be executed: SAM unpacks wheels so, and /opt cannot be changed."""

import shutil
import subprocess
from pathlib import Path

from vod.ffmpeg import program
from vod.sandbox import sandbox
from vod.sandbox.limits import PROBE
from vod.sandbox.sandbox import Sandbox, runnable


def test_ffmpeg_without_that_right_runs_in_the_sandbox(tmp_path: Path) -> None:
    layer = tmp_path / "ffmpeg"
    shutil.copyfile(program.path(), layer)
    layer.chmod(0o644)

    process = sandbox.start([str(layer), "-version"], Sandbox(PROBE), subprocess.PIPE, subprocess.STDOUT)

    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert told.startswith(b"ffmpeg version")


def test_a_program_that_may_be_executed_is_run_by_itself(tmp_path: Path) -> None:
    assert runnable([program.path(), "-version"]) == [program.path(), "-version"]
    assert runnable([str(tmp_path / "none")]) == [str(tmp_path / "none")]  # the kernel says what is wrong
