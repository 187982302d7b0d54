"""Entry point: deliveries from the queue go to webhooks."""

import json
import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()
_sending = on_event.sending(os.environ)
_queue = on_event.deliveries_queue(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Send a batch; answers which messages come again, each after its own pause."""

    def send(body: str, tries: int) -> int | None:
        told = json.loads(body)
        return _sending.send(told["endpoint"], told["delivery"], tries)

    return _queue.each(event, send)
