"""Entry point: verify a run and publish it."""

import os
from typing import Any

from aws_lambda_powertools import Logger

from vod.aws import wiring

logger = Logger()
_publishing = wiring.publishing(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer whether the run is published."""
    logger.append_keys(videoId=event["videoId"], run=event["run"])
    return _publishing.publish(event["videoId"], event["run"])
