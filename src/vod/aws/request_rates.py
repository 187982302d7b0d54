"""Requests of API keys by minute in DynamoDB (pk RATE#key#minute); TTL removes them."""

import logging
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)
_SK = "RATE"
_KEPT_SECONDS = 3600


class DynamoRequestRates:
    """Counters, one item for each key and minute."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def count(self, key_id: str, moment: datetime) -> int:
        minute = int(moment.timestamp()) // 60
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"RATE#{key_id}#{minute}"}, "sk": {"S": _SK}},
                UpdateExpression="ADD requests :one SET expiresAt = :gone",
                ExpressionAttributeValues={":one": {"N": "1"}, ":gone": {"N": str(minute * 60 + _KEPT_SECONDS)}},
                ReturnValues="UPDATED_NEW",
            )
        except (BotoCoreError, ClientError) as failed:  # a limit is no reason to refuse what is in order
            logger.warning("requests of an API key were not counted: %s", type(failed).__name__)
            return 0
        return int(answer["Attributes"]["requests"]["N"])
