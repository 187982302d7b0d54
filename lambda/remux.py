"""Entry point: the file of a download is made."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer what became of the download; where its time ends, another call goes on."""
    logger.append_keys(videoId=event["videoId"])
    remuxing = on_event.remuxing(os.environ, context.function_name)
    left = lambda: context.get_remaining_time_in_millis() / 1000  # noqa: E731
    return {"outcome": remuxing.remux(event["videoId"], event["download"], left)}
