"""Entry point: credentials for a task of the encoder, limited to its run; addresses for a function, to its chunk."""

import os
from typing import Any

from vod.aws import logs
from vod.wiring import on_event

logger = logs.logger()
_granting = on_event.granting(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer keys, or addresses, for a quarter of an hour: nobody may log them, nor the token that asks for them."""
    if "warm" in event:
        return {}
    logs.about(logger, event["videoId"], event["run"])
    asked = event["videoId"], event["run"], event["token"]
    answer = _granting.addresses(*asked, int(event["chunk"])) if "chunk" in event else _granting.grant(*asked)
    logger.info("%s", answer["outcome"])
    return answer
