"""Entry point: the delete route of the API."""

import os
from typing import Any

from vod.api.app import logger, resolver
from vod.api.delete import routes
from vod.aws import wiring

_app = resolver(routes(wiring.deleting(os.environ)))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API request."""
    return _app.resolve(event, context)
