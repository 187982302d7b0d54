"""Entry point: upload routes of the API."""

import os
from typing import Any

from vod.api import original, upload, upload_tokens
from vod.api.app import logger, resolver
from vod.wiring import on_request

_uploads = on_request.uploads(os.environ)
_app = resolver(
    upload.routes(_uploads, on_request.importing(os.environ, _uploads)),
    upload_tokens.routes(on_request.inviting(os.environ)),
    original.routes(on_request.originals(os.environ)),
    rates=on_request.rates(os.environ),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API request."""
    return _app.resolve(event, context)
