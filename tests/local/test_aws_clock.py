"""With AWS's clock everything takes its time, in slow motion too; nothing fails for being slow."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import child
from local.cdn import free_port
from local.child import StartError
from local.clients import Clients
from local.emulator import latencies
from local.platform import REPOSITORY, Options
from tests.local import aws
from tests.local.test_lambdas import READS_STREAMS

SLOWER = 3


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Clients]:
    options = ["--lambda-python", sys.executable, "--tasks", "1", "--aws-clock", str(SLOWER)]
    running = child.start(emulator_python, REPOSITORY, tmp_path_factory.mktemp("slow"), free_port(), options)
    yield Clients(f"http://127.0.0.1:{running.port}")
    running.stop()


def seconds(began: float) -> float:
    return (time.monotonic() - began) / SLOWER


COMPUTES = """
import time
def handler(event, context):
    end = time.process_time() + 0.1
    while time.process_time() < end: pass
    return context.get_remaining_time_in_millis() / 1000
"""


def test_a_function_has_the_share_of_a_core_that_its_memory_buys(slow: Clients) -> None:
    small, large = (aws.function(slow, COMPUTES, aws.role(slow), MemorySize=size) for size in (442, 1769))
    took = []
    for function in (small, large):
        aws.invoke(slow, function)
        began = time.monotonic()
        aws.invoke(slow, function)
        took.append(seconds(began))

    assert took[0] > 0.1 * 1769 / 442
    assert took[1] > 0.1


def test_a_timeout_lasts_as_much_longer(slow: Clients) -> None:
    function = aws.function(slow, COMPUTES.replace("0.1", "0.0"), aws.role(slow), Timeout=10)

    left, failed = aws.invoke(slow, function)

    assert not failed
    assert 10 * SLOWER - 5 < left <= 10 * SLOWER


def test_states_and_the_start_of_an_execution_take_their_time(slow: Clients) -> None:
    states = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(10)}
    definition = {"StartAt": "S0", "States": states | {"S10": {"Type": "Succeed"}}}
    began = time.monotonic()

    aws.ended(slow, aws.execution(slow, definition, aws.role(slow)))

    assert seconds(began) > latencies.EXECUTION.seconds + 11 * latencies.TRANSITION.seconds


def test_an_event_of_a_bucket_arrives_later(slow: Clients) -> None:
    queue = slow.sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = slow.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    slow.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Statement": [allowed]})})
    slow.s3.create_bucket(Bucket="with-events")
    told = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    slow.s3.put_bucket_notification_configuration(Bucket="with-events", NotificationConfiguration=told)
    began = time.monotonic()

    slow.s3.put_object(Bucket="with-events", Key="one", Body=b"1")
    aws.until(lambda: any("one" in m["Body"] for m in slow.sqs.receive_message(QueueUrl=queue).get("Messages", ())))

    assert seconds(began) > latencies.S3_EVENT.seconds


def test_a_task_starts_later_and_can_be_stopped_before(slow: Clients) -> None:
    task = aws.run_task(slow, aws.task_definition(slow, "pass"))

    time.sleep(2)
    assert aws.describe(slow, task)["lastStatus"] in ("PROVISIONING", "PENDING")
    slow.ecs.stop_task(task=task)
    aws.stopped(slow, task)


@pytest.mark.parametrize(
    ("given", "slower"),
    [({}, 0), ({"VOD_CLOCK": "aws"}, 1), ({"VOD_CLOCK": "aws", "VOD_SLOWER": "20"}, 20), ({"VOD_SLOWER": "20"}, 0)],
)
def test_the_clock_is_asked_for_by_name(given: dict[str, str], slower: float, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VOD_CLOCK", "VOD_SLOWER"):
        monkeypatch.setenv(name, given.get(name, ""))

    assert Options.from_environment().slower == slower


def test_another_clock_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_CLOCK", "gcp")

    with pytest.raises(StartError, match="CLOCK=aws"):
        Options.from_environment()


TELLS = """
import boto3, time
def handler(event, context):
    for record in event["Records"]:
        boto3.client("sqs").send_message(QueueUrl={queue!r}, MessageBody=record["eventSource"])
    time.sleep({seconds})
"""


def test_every_record_of_a_stream_is_read_later_and_queues_are_read_meanwhile(slow: Clients) -> None:
    told = slow.sqs.create_queue(QueueName="told")["QueueUrl"]
    asked = slow.sqs.create_queue(QueueName="asked")["QueueUrl"]
    arn = slow.sqs.get_queue_attributes(QueueUrl=asked, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    table = slow.dynamodb.create_table(
        TableName="streamed",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    role = aws.role(slow, aws.allow([*READS_STREAMS, "sqs:*"]))
    streams, queues = (
        aws.function(slow, TELLS.format(queue=told, seconds=each), role, Timeout=30, MemorySize=1769) for each in (8, 0)
    )
    slow.lambda_.create_event_source_mapping(
        FunctionName=streams, EventSourceArn=table["LatestStreamArn"], StartingPosition="LATEST", BatchSize=1
    )
    slow.lambda_.create_event_source_mapping(FunctionName=queues, EventSourceArn=arn)

    def first() -> str:
        """Of whom there is a message."""
        found = aws.until(lambda: slow.sqs.receive_message(QueueUrl=told).get("Messages"))
        slow.sqs.delete_message(QueueUrl=told, ReceiptHandle=found[0]["ReceiptHandle"])
        return str(found[0]["Body"])

    for key in ("a", "b"):
        began = time.monotonic()
        slow.dynamodb.put_item(TableName="streamed", Item={"pk": {"S": key}})
        assert first() == "aws:dynamodb"
        assert seconds(began) > latencies.STREAM.seconds
        slow.sqs.send_message(QueueUrl=asked, MessageBody="asked")  # the stream's function still sleeps
        assert first() == "aws:sqs"
