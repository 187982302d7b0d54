"""Entry point: record why an execution failed, told by the state machine or, when that itself died, by EventBridge."""

import json
import os
from typing import Any

from aws_lambda_powertools import Logger

from vod.aws import wiring
from vod.steps.fail import reason

logger = Logger()
_failing = wiring.failing(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Record the failure; answer whether it was news."""
    detail = event.get("detail")
    told = event if detail is None else {**json.loads(detail["input"]), "error": {"Error": detail["status"]}}
    logger.append_keys(videoId=told["videoId"], run=told["run"])
    failure = reason(told["error"])
    return {"recorded": _failing.fail(told["videoId"], told["run"], failure, repeated=detail is not None)}
