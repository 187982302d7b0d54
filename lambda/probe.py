"""Entry point: probe a source before anything is paid for it. Its role may do nothing; it is handed an address."""

import os
from typing import Any, BinaryIO, cast

from vod.aws import logs
from vod.aws.presigned import PresignedBytes
from vod.aws.ranged import RangedFile
from vod.plan.plan import SourceObject
from vod.sandbox import sandbox
from vod.source.probe import Limits
from vod.source.sealed_probe import ProbeProcess
from vod.steps.probe import probe

logger = logs.logger()
_limits = Limits.of(gibibytes=int(os.environ["MAX_SOURCE_GIB"]), hours=int(os.environ["MAX_DURATION_HOURS"]))
# Started with the function, so that libav is loaded while everything else is.
_read = ProbeProcess(library_path=os.environ.get("LD_LIBRARY_PATH"))
sandbox.hide()  # Lambda may refuse it (docs/security.md)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer what the source is, or why it is refused."""
    if "warm" in event:
        return {}
    logs.about(logger, event["videoId"], event["run"])
    signed = PresignedBytes(event["signed"]["url"])

    def opened(source: SourceObject) -> BinaryIO:
        return cast(BinaryIO, RangedFile(signed.read, source.size))

    return probe(SourceObject.model_validate(event["source"]), event["declaredSize"], _limits, opened, _read)
