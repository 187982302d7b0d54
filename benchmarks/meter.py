"""What a command costs: CPU of its whole process tree, wall time, peak memory and, where perf can, instructions."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_SAMPLE_SECONDS = 0.1
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU (user and system) and wall seconds; peak MiB of resident and of private writable memory (what RLIMIT_DATA
    counts), added up over the processes that lived at one time; user instructions, None where they are not counted."""

    cpu_seconds: float
    wall_seconds: float
    resident_mib: float
    writable_mib: float
    instructions: int | None


@dataclass(slots=True)
class _Peak:
    """The highest sums seen, in KiB, and when to stop looking."""

    resident: int = 0
    writable: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


def spent_by(command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Spent:
    """Run a command to its end; RuntimeError with its last words when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        counts, said = Path(folder) / "counts", Path(folder) / "said"
        with said.open("wb") as told:
            began = time.monotonic()
            process = subprocess.Popen(
                [*_counted(counts), *command], stdin=subprocess.DEVNULL, stdout=told, stderr=told, env=env, cwd=cwd
            )
            peak = _watched(process.pid)
            # wait4 tells of the process and of all descendants that were waited for.
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
        peak.ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said.read_text()[-2000:]}")
        return Spent(
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            wall_seconds=wall,
            resident_mib=max(peak.resident, usage.ru_maxrss) / _KIB_PER_MIB,
            writable_mib=peak.writable / _KIB_PER_MIB,
            instructions=_instructions(counts),
        )


@cache
def can_count_instructions() -> bool:
    """Whether perf is installed and this machine's kernel and processor let it count."""
    perf = shutil.which("perf")
    if perf is None:
        return False
    tried = subprocess.run(
        [perf, "stat", "-x,", "-e", "instructions:u", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return tried.returncode == 0 and tried.stderr.split(",")[0].isdigit()


def added(runs: Iterable[Spent]) -> Spent:
    """What runs one after another took together; memory is the highest of them."""
    done = list(runs)
    counted = [run.instructions for run in done if run.instructions is not None]
    return Spent(
        cpu_seconds=sum(run.cpu_seconds for run in done),
        wall_seconds=sum(run.wall_seconds for run in done),
        resident_mib=max(run.resident_mib for run in done),
        writable_mib=max(run.writable_mib for run in done),
        instructions=sum(counted) if len(counted) == len(done) else None,
    )


def _counted(counts: Path) -> list[str]:
    return ["perf", "stat", "-x,", "-e", "instructions:u", "-o", str(counts), "--"] if can_count_instructions() else []


def _instructions(counts: Path) -> int | None:
    if not counts.exists():
        return None
    lines = [line for line in counts.read_text().splitlines() if "instructions" in line]
    return int(lines[0].split(",")[0]) if lines else None


def _watched(pid: int) -> _Peak:
    peak = _Peak()
    threading.Thread(target=_watch, args=(pid, peak), daemon=True).start()
    return peak


def _watch(pid: int, peak: _Peak) -> None:
    while not peak.ended.wait(_SAMPLE_SECONDS):
        sums = [_memory(member) for member in _tree(pid)]
        peak.resident = max(peak.resident, sum(resident for resident, _ in sums))
        peak.writable = max(peak.writable, sum(writable for _, writable in sums))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # it may end while we look
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _memory(pid: int) -> tuple[int, int]:
    """Resident and private writable KiB of a process; 0 when it is gone."""
    found = {"VmRSS": 0, "VmData": 0}
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0])
    return found["VmRSS"], found["VmData"]
