"""Entry point: scratch. `{"videoId", "remove"}` counts a video's files there or removes them; else what is old goes."""

import os
from typing import Any

from vod.aws import logs, wiring

logger = logs.logger()
_cleaning = wiring.cleaning(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """`{"files": count}` of a video, or `{"removed": [video, ...]}`."""
    if "videoId" in event:
        return {"files": _cleaning.files(event["videoId"], remove=event["remove"])}
    return {"removed": _cleaning.sweep()}
