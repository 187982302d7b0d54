"""Entry point: plan an admitted source."""

import os
from typing import Any

from aws_lambda_powertools import Logger

from vod.aws import wiring
from vod.plan import SourceObject
from vod.probe import Probe

logger = Logger()
_planning = wiring.planning(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Store the plan; answer its chunks."""
    logger.append_keys(videoId=event["videoId"], run=event["run"])
    source = SourceObject.model_validate(event["source"])
    return _planning.plan(event["videoId"], event["run"], source, Probe.model_validate(event["probe"]))
