"""Events to subscribers through SNS."""

import json
from typing import Any

from vod.frozen import Document


def ended_execution(event: Document) -> Document | None:
    """The input of the execution that a `Step Functions Execution Status Change` event is about; None for others."""
    return dict(json.loads(event["detail"]["input"])) if event.get("source") == "aws.states" else None


class SnsEvents:
    """One topic; the event's name is a message attribute too, so that subscribers can filter."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._arn = topic_arn

    def publish(self, event: str, payload: Document) -> None:
        self._client.publish(
            TopicArn=self._arn,
            Subject=event,
            Message=json.dumps({"event": event, **payload}),
            MessageAttributes={"event": {"DataType": "String", "StringValue": event}},
        )
