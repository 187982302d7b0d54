"""Entry point: what ended, told by EventBridge, in the ledger."""

import os
from typing import Any

from vod.aws import logs, wiring
from vod.aws.events import ended_execution

logger = logs.logger()
_spending = wiring.spending(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Note an ended task, or that an execution ended; answer whether it was a task that was news."""
    if execution := ended_execution(event):
        logs.about(logger, execution["videoId"], execution["run"])
        _spending.execution_ended(execution)
        return {"noted": False}
    return {"noted": _spending.task_ended(event["detail"])}
