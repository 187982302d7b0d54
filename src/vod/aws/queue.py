"""A queue whose messages a function receives."""

from collections.abc import Callable
from typing import Any


class SqsQueue:
    """One queue."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put_off(self, receipt: str, seconds: int) -> None:
        """Have a received message come back after so many seconds, 12 hours at most."""
        self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

    def each(self, event: dict[str, Any], send: Callable[[str, int], int | None]) -> dict[str, Any]:
        """Hand every message of a batch, its body and how often it was received, to `send`; the answer to Lambda.

        Where that says a number of seconds, the message comes back after them.
        """
        failed = []
        for record in event["Records"]:
            again = send(record["body"], int(record["attributes"]["ApproximateReceiveCount"]))
            if again is not None:
                self.put_off(record["receiptHandle"], again)
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
