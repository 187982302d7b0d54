"""Entry point: the API's authorizer."""

import os
from typing import Any

from vod.api import authorizer
from vod.api.app import logger
from vod.wiring import on_request

_step = on_request.authorizing(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer whether a request may reach the API's functions, and who sent it."""
    return authorizer.answer(_step, event)
