"""Entry point: encode one piece of a video, a segment or a few. Its role may do nothing; it is handed addresses."""

import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from vod.aws import logs
from vod.ffmpeg import program
from vod.sandbox import sandbox
from vod.wiring.piece import Place, encode_piece

logger = logs.logger()
_binary = program.path()
_memory = int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
_LAST_SECONDS = 15.0
_PREFIX = "piece-"
sandbox.hide()  # Lambda may refuse both (docs/security.md)
sandbox.adopt()
for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):  # by a process of this environment that Lambda ended
    if not Path("/proc", left.name.split("-")[1]).exists():
        shutil.rmtree(left, ignore_errors=True)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the outcome; what fails, for whatever reason, is a task's to do."""
    if "warm" in event:
        return {}
    logs.about(logger, event["videoId"], event["run"])
    stop = threading.Event()
    timer = threading.Timer(context.get_remaining_time_in_millis() / 1000 - _LAST_SECONDS, stop.set)
    timer.daemon = True
    timer.start()
    try:
        with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
            return encode_piece(event, Place(_binary, Path(folder), _memory, stop))
    finally:
        timer.cancel()
        sandbox.end_descendants()
