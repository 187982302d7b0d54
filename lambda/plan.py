"""Entry point: plan an admitted source."""

import os
from typing import Any

from vod.aws import logs
from vod.plan.plan import SourceObject
from vod.source.probe import Probe
from vod.wiring import on_event

logger = logs.logger()
_planning = on_event.planning(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Store the plan; answer its chunks, or why no task starts."""
    if "warm" in event:
        return {}
    logs.about(logger, event["videoId"], event["run"])
    source, probe = SourceObject.model_validate(event["source"]), Probe.model_validate(event["probe"])
    return _planning.plan(event["videoId"], event["run"], source, probe, event.get("lanes", False))
