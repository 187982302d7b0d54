"""Entry point: figures every minute, executions that ended, and the wait for capacity, told by the state machine."""

import os
from typing import Any

from vod.aws import logs
from vod.aws.events import ended_execution
from vod.wiring import on_schedule

logger = logs.logger()
_watching = on_schedule.watching(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """`{"started"}`: how many waiting executions; a chunk that the state machine names waits for capacity."""
    if "chunk" in event:
        logs.about(logger, event["videoId"], event["run"])
        logger.warning("no capacity for chunk %s", event["chunk"])
        _watching.no_capacity()
        return {}
    if execution := ended_execution(event):
        logs.about(logger, execution["videoId"], execution["run"])
        return {"started": len(_watching.execution_ended(execution).started)}
    return {"started": _watching.watch()}
