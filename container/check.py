"""The image's self-check, `encode.py --check`: what the task around it allows, as lines of JSON for `make verify`.

It needs no right that the encoder has not. It removes what it wrote to folders; whoever asked removes the object.
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

from vod.aws.clients import client
from vod.encoder import self_check

FOLDERS = ("SCRATCH_DIR", "SOURCE_DIR", "TMPDIR")
PARTS = 8
WAIT_SECONDS = 110  # to be stopped meanwhile, as Spot does
Facts = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Measure and wait to be stopped, or end at once with a code of the caller's choice."""
    parser = argparse.ArgumentParser(prog="encode.py --check", description="Say what this task allows.")
    parser.add_argument("--exit", type=int, help="only end, with this code")
    parser.add_argument("--key", default="", help="of an object in the output bucket to store and read")
    parser.add_argument("--mib", type=int, default=64, help="its size")
    asked = parser.parse_args(arguments)
    if asked.exit is not None:
        return int(asked.exit)
    signal.signal(signal.SIGTERM, stopped)
    tell("start", processStarted=self_check.process_started())
    for name, measure in pieces(asked.key, asked.mib).items():
        tell(name, **attempted(measure))
    tell("done")
    time.sleep(WAIT_SECONDS)
    return 0


def pieces(key: str, mib: int) -> dict[str, Callable[[], Facts]]:
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
    return known | ({"objects": lambda: objects(key, mib)} if key else {})


def attempted(measure: Callable[[], Facts]) -> Facts:
    """What is measured; what fails is told and ends nothing else."""
    try:
        return measure()
    except Exception as failed:  # the edge of this entry point
        return {"failed": repr(failed)[:300]}


def objects(key: str, mib: int) -> Facts:
    """MiB/s of storing an object and of reading it by ranges in parallel."""
    s3, place = client("s3"), {"Bucket": os.environ["OUTPUT_BUCKET"], "Key": key}
    body = os.urandom(mib * self_check.MIB)
    step = len(body) // PARTS

    def read(part: int) -> int:
        wanted = f"bytes={part * step}-{(part + 1) * step - 1}"
        return len(s3.get_object(**place, Range=wanted)["Body"].read())

    began = time.perf_counter()
    s3.put_object(**place, Body=body)
    stored = time.perf_counter()
    with ThreadPoolExecutor(PARTS) as pool:
        list(pool.map(read, range(PARTS)))
    return {"putMiBs": round(mib / (stored - began)), "getMiBs": round(mib / (time.perf_counter() - stored))}


def stopped(*_: object) -> None:
    """Answer SIGTERM: say so, and end in order."""
    tell("sigterm")
    sys.exit(0)


def tell(kind: str, **facts: Any) -> None:
    """One line for whoever reads the log, with the time that it was written."""
    print(json.dumps({"verify": kind, "at": time.time(), **facts}), flush=True)
