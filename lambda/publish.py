"""Entry point: verify a run and publish it."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()
_publishing = on_event.publishing(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer whether the run is published."""
    if "warm" in event:
        return {}
    logs.about(logger, event["videoId"], event["run"])
    return _publishing.publish(event["videoId"], event["run"])
