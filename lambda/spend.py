"""Entry point: tasks that ended, told by EventBridge, in the ledger."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()
_spending = on_event.spending(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Note an ended task; answer whether it was news."""
    return {"noted": _spending.task_ended(event["detail"])}
