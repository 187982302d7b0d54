"""Entry point: an upload was announced, so the functions that its source will meet are loaded meanwhile."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()
_warming = on_event.warming(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(_: dict[str, Any], __: Any) -> dict[str, Any]:
    """Answer how many functions were loaded, or were loaded already."""
    return {"warmed": _warming.warm()}
