"""Entry point of the encoder image: encode one chunk of one plan.

Exit 0: the report is stored, whatever it says (a source that cannot be encoded is not tried again), or the run is over.
Exit 1: try again; what is finished is kept. Exit 28 (ENOSPC): the same, scratch or the task's disk is full.
Exit 78 (EX_CONFIG): FFmpeg cannot be confined here, and trying again does not help.
With --check it encodes nothing and says what its task allows (check.py).
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

import check
import imageio_ffmpeg

from vod import keys
from vod.aws import logs, run_credentials
from vod.aws.clients import client
from vod.aws.objects import S3Output, S3SourceFiles
from vod.aws.videos import DynamoVideos
from vod.encoder.progress import Progress, is_wanted
from vod.encoder.scratch import FULL_EXIT, clear, is_full, make_room, place_of
from vod.errors import EncodeInterrupted, SandboxUnavailable, Unwanted
from vod.plan.chunks import TASK_SECONDS
from vod.plan.plan import Plan
from vod.sandbox import landlock, sandbox
from vod.steps.encode import Encoder, encode

logger = logs.logger()


def main() -> int:
    """Parse, take the rights of the run, encode; the exit code."""
    if sys.argv[1:2] == ["--check"]:
        return check.main(sys.argv[2:])
    arguments = argparse.ArgumentParser(description="Encode one chunk of a plan.")
    arguments.add_argument("--plan-key", required=True, help="the plan's key in the output bucket")
    arguments.add_argument("--chunk", required=True, type=int, help="the chunk's index in the plan")
    asked = arguments.parse_args()
    video_id, run = keys.planned_run(asked.plan_key) or ("", "")
    logs.about(logger, video_id, run)
    logger.append_keys(chunk=asked.chunk)
    sandbox.hide()
    if not landlock.abi():
        logger.warning("no Landlock in this kernel: FFmpeg could read every file that its task can read")
    try:
        if "CREDENTIALS_FUNCTION" in os.environ:  # else its own role's: started by hand
            run_credentials.use(os.environ["CREDENTIALS_FUNCTION"], video_id, run, os.environ["RUN_TOKEN"])
        return encode_chunk(asked.plan_key, asked.chunk)
    except Unwanted:
        logger.warning("the run is over: nothing to encode")
        return 0


def encode_chunk(plan_key: str, index: int) -> int:
    """Connect and encode; the exit code."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    end_after(TASK_SECONDS, stop)
    s3 = client("s3")
    output = S3Output(s3, os.environ["OUTPUT_BUCKET"])
    plan = Plan.model_validate_json(output.get(plan_key)).of_encoders
    chunk = plan.chunks[index]
    videos = DynamoVideos(client("dynamodb"), os.environ["TABLE_NAME"])
    progress = Progress(videos, plan, chunk)
    sources = S3SourceFiles(s3, os.environ["SOURCE_BUCKET"], stop)
    scratch, disk = Path(os.environ["SCRATCH_DIR"]), Path(os.environ["SOURCE_DIR"])
    try:
        report = encode(
            Encoder(
                imageio_ffmpeg.get_ffmpeg_exe(),
                scratch,
                sources,
                output,
                progress.note,
                stop,
                unconfined_allowed=os.environ.get("ALLOW_UNCONFINED") == "true",
                disk=disk,
                token=os.environ.get("RUN_TOKEN", "").encode(),
            ),
            plan,
            chunk,
        )
    except EncodeInterrupted as interrupted:
        logger.warning("%s", interrupted)
        if not is_wanted(videos, plan):  # no other task will go on here
            clear(scratch, place_of(scratch, plan, chunk))
        return 1
    except OSError as failed:
        if not is_full(failed):
            raise
        logger.exception("scratch or the disk is full")
        make_room(disk, place_of(disk, plan, chunk))
        make_room(scratch, place_of(scratch, plan, chunk))
        return FULL_EXIT
    except SandboxUnavailable as missing:
        logger.critical("%s", missing)
        return sandbox.MISSING_EXIT
    progress.flush()
    logger.info("%s %s: %s in %.1f s of FFmpeg", plan.video_id, plan.run, report.outcome, report.encode_seconds)
    return 0


def end_after(seconds: float, stop: threading.Event) -> None:
    """Stop as when told to: what the state machine has given up must not go on beside what replaces it."""
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    logs.of_the_whole_process()
    sys.exit(main())
