"""Entry point: record why an execution failed, told by the state machine or, when that itself died, by EventBridge."""

import os
from typing import Any

from vod.aws import logs
from vod.aws.events import ended_execution
from vod.errors import is_broken
from vod.steps.fail import reason
from vod.wiring import on_failure

logger = logs.logger()
_failing = on_failure.failing(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Record the failure; answer whether it was news, and whether the platform is to blame, not the file."""
    ended = ended_execution(event)
    told = {**ended, "error": {"Error": event["detail"]["status"]}} if ended else event
    logs.about(logger, told["videoId"], told["run"])
    failure = reason(told["error"])
    recorded = _failing.fail(told["videoId"], told["run"], failure, repeated=ended is not None)
    return {"recorded": recorded, "broken": is_broken(failure.code)}
