"""Entry point: the file of an import comes from its address."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer what became of the import; where its time ends, another call goes on."""
    logger.append_keys(videoId=event["videoId"])
    fetching = on_event.fetching(os.environ, context.function_name)
    outcome = fetching.fetch(event["videoId"], lambda: context.get_remaining_time_in_millis() / 1000)
    return {"outcome": outcome}
