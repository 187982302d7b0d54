"""Entry point: events of videos from the queue go to the operator's address."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()
_webhook = on_event.webhook(os.environ)
_queue = on_event.webhook_queue(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Send a batch; answers which messages come again, each after its own pause."""
    return _queue.each(event, _webhook.tell)
