"""A queue whose messages a function receives."""

from typing import Any


class SqsQueue:
    """One queue."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put_off(self, receipt: str, seconds: int) -> None:
        """Have a received message come back after so many seconds, 12 hours at most."""
        self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
