"""`make redrive`: what the dead-letter queue keeps goes back to where it failed, once the cause is mended.

A message is removed only after it was handed on; who gets it is idempotent, so that one that goes twice does no harm.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import REPOSITORY, stack
from deployment.samconfig import target

_HIDDEN_SECONDS = 60
_WAIT_SECONDS = 2
STAYS = "stays"
Say = Callable[[str], None]
Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Queue:
    """A message goes back to the queue it came from."""

    arn: str
    body: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Function:
    """An event goes back to the function that could not take it."""

    arn: str
    payload: str


@dataclass(frozen=True, slots=True)
class Past:
    """There is nothing to hand on, and nothing is lost: what comes next makes up for it."""

    reason: str


def way_back(message: Message) -> Queue | Function | Past | None:
    """Where a dead letter came from, as SQS, EventBridge and Lambda each say it; None when none of them does."""
    attributes = message.get("MessageAttributes") or {}
    if source := (message.get("Attributes") or {}).get("DeadLetterQueueSourceArn"):
        return Queue(source, message["Body"], attributes)
    if named := attributes.get("TARGET_ARN"):
        return Function(named["StringValue"], message["Body"])
    try:
        told = json.loads(message["Body"])
        if "DDBStreamBatchInfo" in told:
            return Past("it is encoder progress; the next progress record and the end of the run replace it")
        return Function(
            told["requestContext"]["functionArn"].removesuffix(":$LATEST"), json.dumps(told["requestPayload"])
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


@dataclass(frozen=True, slots=True)
class Redrive:
    """Everything it needs: clients of the stack's region, and the address of its dead-letter queue."""

    sqs: Any
    functions: Any
    queue_url: str
    say: Say = print

    def run(self) -> Counter[str]:
        """Hand everything on that is there now; how many went where, and how many stay."""
        done: Counter[str] = Counter()
        for message in self._messages():
            try:
                went = self._go(way_back(message), message)
                if went != STAYS:
                    self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
            except ClientError as refused:
                self.say(f"{message['MessageId']} stays: {refused}")
                went = STAYS
            done[went] += 1
        return done

    def _messages(self) -> Iterator[Message]:
        """Each message once: one that fails again comes back under another id, and is left for the next time."""
        seen: set[str] = set()
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=_WAIT_SECONDS,
                VisibilityTimeout=_HIDDEN_SECONDS,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            fresh = [each for each in answer.get("Messages", ()) if each["MessageId"] not in seen]
            if not fresh:
                return
            seen |= {each["MessageId"] for each in fresh}
            yield from fresh

    def _go(self, way: Queue | Function | Past | None, message: Message) -> str:
        match way:
            case Queue(arn, body, attributes):
                url = self.sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"]
                self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=dict(attributes))
                return arn.rsplit(":", 1)[1]
            case Function(arn, payload):
                self.functions.invoke(FunctionName=arn, InvocationType="Event", Payload=payload.encode())
                return arn.rsplit(":", 1)[1]
            case Past(reason):
                self.say(f"{message['MessageId']} is dropped: {reason}")
                return "dropped"
            case _:
                self.say(f"{message['MessageId']} stays: its origin is unknown: {message['Body'][:200]}")
                return STAYS


def of_stack(session: Any, name: str) -> Redrive:
    """For a deployed stack; ValueError where there is none."""
    known = stack.read(session.client("cloudformation"), name)
    if not known.status:
        raise ValueError(f"there is no stack {name} in {session.region_name}")
    return Redrive(session.client("sqs"), session.client("lambda"), known.outputs["DeadLetterQueueUrl"])


def main(arguments: list[str]) -> int:
    """Redrive; the exit code, 1 when something stays."""
    parser = argparse.ArgumentParser(
        prog="make redrive", description="Send the messages in the dead-letter queue back."
    )
    parser.add_argument("--config-env", default="default", help="environment in samconfig.toml")
    asked = parser.parse_args(arguments)
    try:
        at = target(asked.config_env, (REPOSITORY / "samconfig.toml").read_text())
        done = of_stack(boto3.Session(region_name=at.region), at.stack).run()
    except (BotoCoreError, ClientError, ValueError) as error:
        print(f"make redrive: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"{name}: {count}" for name, count in sorted(done.items())) or "the dead-letter queue is empty")
    return 1 if done[STAYS] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
