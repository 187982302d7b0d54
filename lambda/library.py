"""Entry point: library routes of the API, and the links to videos."""

import os
from typing import Any

from vod.api import library, shares
from vod.api.app import logger, resolver
from vod.wiring import on_request

_app = resolver(
    library.routes(on_request.library(os.environ)),
    shares.routes(on_request.sharing(os.environ)),
    rates=on_request.rates(os.environ),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API request."""
    return _app.resolve(event, context)
