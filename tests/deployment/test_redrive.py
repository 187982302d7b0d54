"""What SQS, EventBridge and Lambda put into the dead-letter queue finds its way back; the rest stays."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployment.redrive import Function, Past, Queue, Redrive, way_back

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:Stack-SpendFunction-X"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:Stack-DispatchQueue-X"
FROM_QUEUE = {"MessageId": "1", "ReceiptHandle": "h1", "Body": "{}", "Attributes": {"DeadLetterQueueSourceArn": QUEUE}}
FROM_RULE = {
    "MessageId": "2",
    "ReceiptHandle": "h2",
    "Body": '{"source": "aws.ecs"}',
    "Attributes": {},
    "MessageAttributes": {
        "TARGET_ARN": {"StringValue": FUNCTION, "DataType": "String"},
        "RULE_ARN": {"StringValue": "arn:aws:events:eu-central-1:123456789012:rule/x", "DataType": "String"},
    },
}
FROM_LAMBDA = {
    "MessageId": "3",
    "ReceiptHandle": "h3",
    "Body": json.dumps(
        {
            "version": "1.0",
            "requestContext": {"functionArn": f"{FUNCTION}:$LATEST", "condition": "RetriesExhausted"},
            "requestPayload": {"source": "aws.ecs"},
            "responsePayload": {"errorType": "KeyError"},
        }
    ),
}
FROM_STREAM = {
    "MessageId": "4",
    "ReceiptHandle": "h4",
    "Body": json.dumps({"requestContext": {"functionArn": FUNCTION}, "DDBStreamBatchInfo": {"shardId": "s"}}),
}
STRANGE = [{"MessageId": str(n), "ReceiptHandle": f"h{n}", "Body": body} for n, body in enumerate(("?", "[]", "{}"), 5)]


class Clients:
    """SQS and Lambda that keep what they are told."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.batches = [list(messages[first : first + 2]) for first in range(0, len(messages), 2)]
        self.sent: list[Any] = []
        self.deleted: list[str] = []

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return {"Messages": self.batches.pop(0)} if self.batches else {}

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": f"https://sqs/{QueueName}"}

    def send_message(self, QueueUrl: str, **message: Any) -> None:
        self.sent.append((QueueUrl, message["MessageBody"]))

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> None:
        assert InvocationType == "Event"
        self.sent.append((FunctionName, Payload.decode()))

    def delete_message(self, ReceiptHandle: str, **_: Any) -> None:
        self.deleted.append(ReceiptHandle)


def test_each_says_where_it_came_from() -> None:
    assert way_back(FROM_QUEUE) == Queue(QUEUE, "{}", {})
    assert way_back(FROM_RULE) == Function(FUNCTION, '{"source": "aws.ecs"}')
    assert way_back(FROM_LAMBDA) == Function(FUNCTION, '{"source": "aws.ecs"}')
    assert isinstance(way_back(FROM_STREAM), Past)
    assert [way_back(each) for each in STRANGE] == [None, None, None]


def test_what_was_handed_on_is_removed_and_what_nobody_knows_stays() -> None:
    clients, said = Clients(FROM_QUEUE, FROM_RULE, FROM_LAMBDA, FROM_STREAM, STRANGE[0]), []

    done = Redrive(clients, clients, "url", said.append).run()

    assert done == {"Stack-DispatchQueue-X": 1, "Stack-SpendFunction-X": 2, "dropped": 1, "stays": 1}
    assert [where.rsplit("/", 1)[-1] for where, _ in clients.sent] == ["Stack-DispatchQueue-X", FUNCTION, FUNCTION]
    assert clients.deleted == ["h1", "h2", "h3", "h4"]
    assert len(said) == 2


def test_what_comes_back_while_it_runs_is_left_for_the_next_time() -> None:
    clients = Clients(FROM_QUEUE, FROM_QUEUE, FROM_QUEUE, FROM_QUEUE)

    assert Redrive(clients, clients, "url").run().total() == 2


def test_what_could_not_be_handed_on_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients(FROM_QUEUE)

    def refused(**_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(clients, "send_message", refused)
    with pytest.raises(ConnectionError):
        Redrive(clients, clients, "url").run()
    assert clients.deleted == []


def test_one_that_has_no_target_any_more_keeps_no_other_from_going(monkeypatch: pytest.MonkeyPatch) -> None:
    clients, said = Clients(FROM_QUEUE, FROM_RULE), []

    def gone(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AWS.SimpleQueueService.NonExistentQueue"}}, "GetQueueUrl")

    monkeypatch.setattr(clients, "get_queue_url", gone)

    assert Redrive(clients, clients, "url", said.append).run() == {"stays": 1, "Stack-SpendFunction-X": 1}
    assert clients.deleted == ["h2"]
    assert "NonExistentQueue" in said[0]
