"""Entry point: scratch. `{"videoId"}` removes a video's files there and counts them; else what is old goes."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_schedule

logger = logs.logger()
_cleaning = on_schedule.cleaning(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """`{"files": count}` of a video, or `{"removed": [video, ...]}`."""
    if "videoId" in event:
        return {"files": _cleaning.remove(event["videoId"])}
    return {"removed": _cleaning.sweep()}
