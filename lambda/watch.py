"""Entry point: figures every minute, and the wait for capacity, told by the state machine."""

import os
from typing import Any

from vod.aws import logs, wiring

logger = logs.logger()
_watching = wiring.watching(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """`{"started"}`: how many waiting executions; a chunk that the state machine names waits for capacity."""
    if "chunk" in event:
        logs.about(logger, event["videoId"], event["run"])
        logger.warning("no capacity for chunk %s", event["chunk"])
        _watching.no_capacity()
        return {}
    return {"started": _watching.watch()}
