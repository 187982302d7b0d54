"""Where and when figures were made: the line that stands above every table."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.meter import can_count_instructions
from benchmarks.plans import FFMPEG


def stamp(name: str) -> str:
    """The command that repeats a measurement, date, processor, FFmpeg version and the load from others."""
    counted = "instructions counted by perf" if can_count_instructions() else "instructions not countable here"
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    return (
        f"`make bench ONLY={name}`, {today}, {_processor()}, {os.cpu_count()} cores, FFmpeg {_ffmpeg_version()}, "
        f"load average at its end {os.getloadavg()[0]:.1f}, {counted}."
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    return found.group(1) if found else "unknown processor"


def _ffmpeg_version() -> str:
    told = subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True).stdout
    return told.split()[2]
