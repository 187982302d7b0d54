"""Entry point: progress of encoders, from the table's stream, makes the manifests of their videos longer; of a piece
that a function has encoded the state machine tells at once."""

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
    if "warm" in event:
        return {}
    if "chunk" in event:
        logs.about(logger, event["videoId"], event["run"])
        done = _advancing.piece_encoded(event["videoId"], event["run"], int(event["chunk"]), event["frames"])
        return {"advanced": int(done)}
    return {"advanced": _advancing.advance_all(noted(event))}
