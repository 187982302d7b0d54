"""Entry point: figures every minute, and the wait for capacity, told by the state machine."""

import os
from typing import Any

from vod.aws import logs, wiring

logger = logs.logger()
_watching = wiring.watching(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """`{"started"}`: how many waiting executions; or for a chunk without capacity `{"waits"}`: how often it has."""
    if "waits" in event:
        logs.about(logger, event["videoId"], event["run"])
        return {"waits": _watching.no_capacity(event["chunk"], event["waits"])}
    return {"started": _watching.watch()}
