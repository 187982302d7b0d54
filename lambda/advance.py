"""Entry point: progress of encoders, from the table's stream, makes the manifests of their videos longer."""

import os
from typing import Any

from vod.aws import logs
from vod.steps.advance import noted
from vod.wiring import on_event

logger = logs.logger()
_advancing = on_event.advancing(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer how many videos have all that is encoded in their manifests; an error has the batch delivered again."""
    return {"advanced": _advancing.advance_all(noted(event))}
