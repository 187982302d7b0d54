"""Entry point: plan an admitted source."""

import os
from typing import Any

from vod.aws import logs, wiring
from vod.plan import SourceObject
from vod.probe import Probe

logger = logs.logger()
_planning = wiring.planning(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Store the plan; answer its chunks."""
    logs.about(logger, event["videoId"], event["run"])
    source = SourceObject.model_validate(event["source"])
    return _planning.plan(event["videoId"], event["run"], source, Probe.model_validate(event["probe"]))
