"""Entry point: sign the address under which the probe may read a source."""

import os
from typing import Any

from vod.aws import logs
from vod.aws.addresses import S3Addresses, signing_client
from vod.plan.plan import SourceObject
from vod.steps.sign import sign

logger = logs.logger()
_addresses = S3Addresses(signing_client(os.environ))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer an address, which is a key for a while: nobody may log it."""
    if "warm" in event:
        return {}
    logs.about(logger, event["videoId"], event["run"])
    before = event.get("signed", {}).get("times", 0)
    return sign(SourceObject.model_validate(event["source"]), before, _addresses)
