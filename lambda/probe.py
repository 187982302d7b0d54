"""Entry point: probe a source before anything is paid for it. Its role reads the source and nothing else."""

import os
from typing import Any, BinaryIO, cast

from vod.aws import logs, wiring
from vod.aws.clients import client
from vod.aws.ranged import RangedObject
from vod.plan import SourceObject
from vod.probe_process import ProbeProcess
from vod.steps.probe import probe

logger = logs.logger()
_s3 = client("s3")
_limits = wiring.limits(os.environ)
# Started with the function, so that libav is loaded while everything else is.
_read = ProbeProcess(
    unconfined_allowed=wiring.unconfined_allowed(os.environ), library_path=os.environ.get("LD_LIBRARY_PATH")
)


def _open(source: SourceObject) -> BinaryIO:
    return cast(BinaryIO, RangedObject(_s3, source.bucket, source.key, source.version, source.size))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer what the source is, or why it is refused."""
    logs.about(logger, event["videoId"], event["run"])
    source = SourceObject.model_validate(event["source"])
    return probe(source, event["declaredSize"], _limits, _open, _read)
