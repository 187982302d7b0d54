"""Python programs in the sandbox that FFmpeg gets."""

import subprocess
import sys
from dataclasses import replace

import pytest

from vod.sandbox import sandbox
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import Sandbox

SMALL = Budget(cpu_seconds=20, wall_seconds=20, memory_bytes=256 * 2**20, output_bytes=2**20)


def budget(**changes: int) -> Budget:
    return replace(SMALL, **changes)


def let_python_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's program is Python, which lies in more places than FFmpeg."""
    monkeypatch.setattr(sandbox, "SYSTEM_PATHS", (*sandbox.SYSTEM_PATHS, sys.prefix, sys.base_prefix))


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def run(code: str, confined: Sandbox | None = None, pass_fds: tuple[int, ...] = ()) -> tuple[int, str]:
    """Exit code and everything said."""
    allowed = confined or Sandbox(SMALL)
    with sandbox.start(python(code), allowed, subprocess.PIPE, subprocess.STDOUT, pass_fds) as process:
        said, _ = process.communicate(timeout=60)
    return process.returncode, said.decode()
