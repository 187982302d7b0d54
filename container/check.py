"""The image's self-check, `encode.py --check`: what the task around it allows, as lines of JSON for `make verify`.

It needs no right at all: it stores and reads an object by presigned addresses, and whoever asked removes the object.
It removes what it wrote to folders.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import imageio_ffmpeg
import urllib3

from vod.encoder import self_check

FOLDERS = ("SCRATCH_DIR", "SOURCE_DIR", "TMPDIR")
PARTS = 8
WAIT_SECONDS = 110  # to be stopped meanwhile, as Spot does
Facts = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Measure and wait to be stopped, or end at once with a code of the caller's choice."""
    parser = argparse.ArgumentParser(prog="encode.py --check", description="Say what this task allows.")
    parser.add_argument("--exit", type=int, help="only end, with this code")
    parser.add_argument("--put", default="", help="presigned address to store an object at")
    parser.add_argument("--get", default="", help="presigned address to read it by")
    parser.add_argument("--mib", type=int, default=64, help="its size")
    asked = parser.parse_args(arguments)
    if asked.exit is not None:
        return int(asked.exit)
    signal.signal(signal.SIGTERM, stopped)
    tell("start", processStarted=self_check.process_started())
    for name, measure in pieces(asked.put, asked.get, asked.mib).items():
        tell(name, **attempted(measure))
    tell("done")
    time.sleep(WAIT_SECONDS)
    return 0


def pieces(put: str, get: str, mib: int) -> dict[str, Callable[[], Facts]]:
    """Everything that is measured, in order."""
    program, scratch = imageio_ffmpeg.get_ffmpeg_exe(), os.environ["SCRATCH_DIR"]
    named = {name: os.environ[name] for name in FOLDERS if name in os.environ}
    known: dict[str, Callable[[], Facts]] = {
        "machine": self_check.machine,
        "confinement": lambda: self_check.confinement(program),
        "folders": lambda: self_check.folders(named),
        "disk": lambda: self_check.disk(scratch),
        "speeds": lambda: self_check.speeds(program, os.environ["TMPDIR"]),
    }
    return known | ({"objects": lambda: objects(put, get, mib)} if put else {})


def attempted(measure: Callable[[], Facts]) -> Facts:
    """What is measured; what fails is told and ends nothing else."""
    try:
        return measure()
    except Exception as failed:  # the edge of this entry point
        return {"failed": repr(failed)[:300]}


def objects(put: str, get: str, mib: int) -> Facts:
    """MiB/s of storing an object and of reading it by ranges in parallel."""
    pool = urllib3.PoolManager(maxsize=PARTS)
    body = os.urandom(mib * self_check.MIB)
    step = len(body) // PARTS

    def read(part: int) -> int:
        wanted = f"bytes={part * step}-{(part + 1) * step - 1}"
        return len(_done(pool.request("GET", get, headers={"Range": wanted})).data)

    began = time.perf_counter()
    _done(pool.request("PUT", put, body=body))
    stored = time.perf_counter()
    with ThreadPoolExecutor(PARTS) as threads:
        list(threads.map(read, range(PARTS)))
    return {"putMiBs": round(mib / (stored - began)), "getMiBs": round(mib / (time.perf_counter() - stored))}


def _done(answer: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
    if answer.status >= 300:
        raise OSError(f"S3 answered {answer.status}")
    return answer


def stopped(*_: object) -> None:
    """Answer SIGTERM: say so, and end in order."""
    tell("sigterm")
    sys.exit(0)


def tell(kind: str, **facts: Any) -> None:
    """One line for whoever reads the log, with the time that it was written."""
    print(json.dumps({"verify": kind, "at": time.time(), **facts}), flush=True)
