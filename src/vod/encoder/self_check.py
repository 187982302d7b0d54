"""What the machine around a task is, allows and how fast it is: facts for `make verify`, each a plain value.

Nothing is assumed here; deployment/verification/checks.py compares. What is tried for good is tried in a child.
"""

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod import profiles
from vod.errors import SandboxUnavailable
from vod.ffmpeg import encoders
from vod.plan import sizing
from vod.plan.renditions import Rendition
from vod.profiles.profile import Codec
from vod.sandbox import landlock, limits, sandbox, seccomp
from vod.sandbox.watched_reads import Watch

MIB = 2**20
PIXELS = (1280, 720)
_RATE, _SECONDS = 25, 3
# Moving shapes with a little noise: nearer to a camera's picture than clean shapes, and the same everywhere.
_PICTURE = f"testsrc2=size={PIXELS[0]}x{PIXELS[1]}:rate={_RATE}:duration={_SECONDS},noise=alls=6:allf=t"
_HARDER = {Codec.H264: 1.35, Codec.HEVC: 1.1, Codec.AV1: 1.65}
"""So many times the CPU of real clips for that picture: measured in turn with three real ones, on one machine."""
_LINE, _LINES, _WRITE_MIB = b"x" * 200, 20, 8
_ANSWER_BYTES = 1000
_PR_SET_NO_NEW_PRIVS = 38
_NOTHING_WRITES = ("/", "/app", "/usr", "/dev/shm")  # noqa: S108 - whether it is writable is the question
Facts = dict[str, Any]


def process_started() -> float:
    """When the kernel started this process, in seconds since 1970 (proc(5): stat, field 22, and uptime)."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    running = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - running + ticks / os.sysconf("SC_CLK_TCK")


def machine() -> Facts:
    """Kernel, processor, memory and user."""
    known = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in known if line.startswith(("model name", "CPU part"))), "")
    return {
        "kernel": os.uname().release,
        "architecture": os.uname().machine,
        "processor": model,
        "cpus": os.cpu_count(),
        "memoryMiB": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB,
        "uid": os.getuid(),
    }


def confinement(program: str) -> Facts:
    """What of the encoder's sandbox this kernel gives: `allowed` and `entered`, or the reason why not."""
    return {
        "seccomp": in_child(_filtered),
        "arriving": _arriving(),
        "landlock": landlock.abi(),
        "sandbox": _sandboxed(program),
    }


def in_child(act: Callable[[], str]) -> str:
    """What `act` answers in a process of its own; an error by its text."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writes, _answer(act).encode()[:_ANSWER_BYTES])
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as told:
        answer = told.read()
    os.waitpid(child, 0)
    return answer


def _answer(act: Callable[[], str]) -> str:
    try:
        return act()
    except Exception as failed:  # the edge of a child
        return str(failed)


def _filtered() -> str:
    if seccomp.libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return "no_new_privs was refused"
    seccomp.install(seccomp.Rules(opens=True, executes=True))
    return "allowed"


def _arriving() -> str:
    """Whether reads of a child could be made to wait for a source that still arrives."""
    watch = Watch()

    def install() -> str:
        seccomp.libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        watch.install()
        return "allowed"

    try:
        return in_child(install)
    finally:
        watch.close()


def _sandboxed(program: str) -> str:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        process = sandbox.start([program, "-version"], sandbox.Sandbox(limits.PROBE), nowhere, nowhere)
        code = process.wait()
    except SandboxUnavailable as why:
        return why.detail or str(why)
    finally:
        os.close(nowhere)
    return "entered" if code == 0 else f"FFmpeg ended with {code}"


def folders(named: Mapping[str, str]) -> Facts:
    """Each folder by its name, and whether a file can be made in places that nothing should need."""
    others = {path: _writes(path) for path in _NOTHING_WRITES if Path(path).exists()}
    return {"named": {name: _folder(path) for name, path in named.items()}, "others": others}


def _writes(folder: str) -> str:
    """`yes`, or why a file cannot be made there."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return "yes"
    except OSError as refused:
        return refused.strerror or "no"


def _folder(path: str) -> Facts:
    mounts = [line.split()[:3] for line in Path("/proc/mounts").read_text().splitlines()]
    around = [each for each in mounts if Path(path).is_relative_to(each[1])]
    source, _, kind = max(around, key=lambda each: len(each[1]), default=("", "", ""))
    space = os.statvfs(path)
    return {
        "writes": _writes(path),
        "owner": Path(path).stat().st_uid,
        "kind": kind,
        # EFS over TLS is mounted from a tunnel on the loopback.
        "tunnel": source.startswith("127.0.0.1"),
        "gib": round(space.f_frsize * space.f_blocks / 2**30, 1),
    }


def disk(folder: str) -> Facts:
    """Milliseconds until an appended line is on the disk, as the journal wants it, and MiB/s of one larger write."""
    handle, path = tempfile.mkstemp(prefix="verify-", dir=folder)
    try:
        waits = [_synced(handle, _LINE) for _ in range(_LINES)]
        wrote = _synced(handle, bytes(_WRITE_MIB * MIB))
    finally:
        os.close(handle)
        Path(path).unlink()
    return {"fsyncMs": round(1000 * statistics.median(waits), 1), "writeMiBs": round(_WRITE_MIB / wrote)}


def _synced(handle: int, data: bytes) -> float:
    began = time.perf_counter()
    os.write(handle, data)
    os.fsync(handle)
    return time.perf_counter() - began


def speeds(program: str, folder: str) -> Facts:
    """CPU seconds of each codec, as a multiple of what vod.plan.sizing expects: 1 is the machine of its figures."""
    with tempfile.TemporaryDirectory(prefix="verify-", dir=folder) as place:
        clip = f"{place}/clip.mp4"
        source = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", "-pix_fmt", "yuv420p"]
        _cpu_seconds([program, "-v", "error", "-f", "lavfi", "-i", _PICTURE, *source, clip])
        return {codec.value: _speed(program, clip, codec) for codec in Codec}


def _speed(program: str, clip: str, codec: Codec) -> float:
    rendition, pixels = _rendition(codec), PIXELS[0] * PIXELS[1]
    encode = encoders.arguments(rendition, 2 * _RATE, Fraction(_RATE))
    spent = _cpu_seconds([program, "-v", "error", "-i", clip, *encode, "-f", "null", "-"])
    expected = sizing.cpu_seconds(pixels, [sizing.Encode(codec, rendition.preset, pixels)]) * _RATE * _SECONDS
    return round(spent / expected / _HARDER[codec], 2)


def _rendition(codec: Codec) -> Rendition:
    """The rung of the clip's size, from the first profile that has the codec."""
    ladders = (ladder for profile in profiles.all_profiles().values() for ladder in profile.ladders)
    ladder = next(each for each in ladders if each.codec is codec)
    rung = next(each for each in ladder.rungs if each.short_side == PIXELS[1])
    width, height = PIXELS
    return Rendition(
        name="check",
        width=width,
        height=height,
        codec=codec,
        preset=ladder.preset,
        crf=rung.crf,
        peak_kbps=rung.peak_kbps,
    )


def _cpu_seconds(command: list[str]) -> float:
    """CPU seconds of a program, which has to succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command[:1], "-nostdin", *command[1:]], check=True, env=encoders.QUIET)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
