"""Entry point: events of videos, from SNS, go to the webhooks of their owners."""

import os
from typing import Any

from vod.aws import logs
from vod.steps.notify import told
from vod.wiring import on_event

logger = logs.logger()
_notifying = on_event.notifying(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer to how many webhooks the events go."""
    return {"sent": sum(_notifying.notify(each) for each in told(event))}
