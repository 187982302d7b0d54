"""Entry point: every quarter of an hour what diverged is mended; `{"graceSeconds": 60}` by hand for newer things.

`{"deletion": video}` does the work of one deletion: this function may remove what there is, the API's may not.
"""

import os
from datetime import timedelta
from typing import Any

from vod.aws import logs
from vod.steps.reconcile import GRACE
from vod.wiring import on_schedule

logger = logs.logger()
_reconciling = on_schedule.reconciling(os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """`{"repaired": {kind: count}}`, or whether the video of a deletion is gone."""
    if "deletion" in event:
        logger.append_keys(videoId=event["deletion"])
        return {"completed": _reconciling.deletion.finish_asked(event["deletion"])}
    grace = timedelta(seconds=event.get("graceSeconds", GRACE.total_seconds()))
    return {"repaired": _reconciling.reconcile(grace)}
