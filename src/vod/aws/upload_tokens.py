"""Upload tokens in DynamoDB (pk UPLOADTOKEN#id); TTL removes the expired."""

from typing import Any

from vod.access.upload_token import UploadToken

_SK = "UPLOADTOKEN"


class DynamoUploadTokens:
    """Tokens, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, token: UploadToken) -> None:
        stored = {
            "videoId": {"S": token.video_id},
            "tokenOwner": {"S": token.owner},
            "expiresAt": {"N": str(token.expires_at)},
        }
        self._client.put_item(TableName=self._table, Item=_place(token.id) | stored)

    def get(self, token_id: str) -> UploadToken | None:
        found = self._client.get_item(TableName=self._table, Key=_place(token_id), ConsistentRead=True).get("Item")
        if found is None:
            return None
        return UploadToken(token_id, found["videoId"]["S"], found["tokenOwner"]["S"], int(found["expiresAt"]["N"]))


def _place(token_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"UPLOADTOKEN#{token_id}"}, "sk": {"S": _SK}}
