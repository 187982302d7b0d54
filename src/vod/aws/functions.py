"""Functions of Lambda, called so that they are loaded."""

import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)
_WARM = json.dumps({"warm": True}).encode()


class LambdaFunctions:
    """Calls functions, whose entry points answer such a call at once."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def load(self, arn: str) -> bool:
        try:
            return "FunctionError" not in self._client.invoke(FunctionName=arn, Payload=_WARM)
        except (ClientError, BotoCoreError) as failed:  # throttled, being updated: it is loaded when it is needed
            logger.info("%s is not loaded: %s", arn, failed)
            return False
