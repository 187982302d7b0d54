"""Entry point: routes of the API for subtitles."""

import os
from typing import Any

from vod.api.app import logger, resolver
from vod.api.captions import routes
from vod.wiring import on_request
from vod.wiring.captions import captioning

_app = resolver(routes(captioning(os.environ)), rates=on_request.rates(os.environ))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API request."""
    return _app.resolve(event, context)
