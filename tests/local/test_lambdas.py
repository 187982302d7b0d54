"""Functions fail, queue and are triggered as on AWS."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local import child
from local.cdn import free_port
from local.clients import Clients
from local.platform import REPOSITORY
from tests.local import aws

RAISES = """
import os
class NotAVideo(Exception): pass
def handler(event, context):
    if event == "raise": raise NotAVideo("nothing to see")
    return os.getpid()
"""


READS_STREAMS = [f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]


def test_the_error_type_is_the_class_of_the_exception(clients: Clients) -> None:
    function = aws.function(clients, RAISES, aws.role(clients))

    answer, failed = aws.invoke(clients, function, "raise")

    assert failed
    assert (answer["errorType"], answer["errorMessage"]) == ("NotAVideo", "nothing to see")
    assert "NotAVideo" in answer["stackTrace"][-1]


def test_a_worker_outlives_an_exception(clients: Clients) -> None:
    function = aws.function(clients, RAISES, aws.role(clients))
    before, _ = aws.invoke(clients, function)

    aws.invoke(clients, function, "raise")

    assert aws.invoke(clients, function)[0] == before


def test_more_calls_than_workers_wait_their_turn(clients: Clients) -> None:
    source = "import os, time\ndef handler(event, context):\n    time.sleep(0.1)\n    return os.getpid()"
    function = aws.function(clients, source, aws.role(clients))

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: aws.invoke(clients, function), range(12)))

    assert not any(failed for _, failed in answers)
    assert len({process for process, _ in answers}) <= 4


def test_a_function_reaches_the_emulator_as_its_role(clients: Clients) -> None:
    source = "import boto3\ndef handler(event, context):\n    return boto3.client('sts').get_caller_identity()['Arn']"
    role = aws.role(clients)

    answer, _ = aws.invoke(clients, aws.function(clients, source, role))

    assert f":assumed-role/{role.rsplit('/', 1)[1]}/" in answer


def test_a_queue_is_polled_only_with_the_roles_right(clients: Clients) -> None:
    source = "import boto3\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn=%r, Message='seen')"
    topic = clients.sns.create_topic(Name=aws.unique("topic"))["TopicArn"]
    role = aws.role(clients, aws.allow("sns:Publish", topic))
    queue = clients.sqs.create_queue(QueueName=aws.unique("queue"))["QueueUrl"]
    arn = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    function = aws.function(clients, source % topic, role)
    mapping = clients.lambda_.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)["UUID"]

    clients.sqs.send_message(QueueUrl=queue, MessageBody="1")

    def result() -> str:
        return str(clients.lambda_.get_event_source_mapping(UUID=mapping)["LastProcessingResult"])

    aws.until(lambda: "PROBLEM" in result())
    waiting = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert waiting["Attributes"]["ApproximateNumberOfMessages"] == "1"


def test_a_tables_stream_calls_a_function_also_after_a_restart(tmp_path: Path, emulator_python: Path) -> None:
    arguments = (
        emulator_python,
        REPOSITORY,
        tmp_path,
        free_port(),
        ["--lambda-python", sys.executable, "--tasks", "1"],
    )
    running = child.start(*arguments)
    clients = Clients(f"http://127.0.0.1:{running.port}")
    table = clients.dynamodb.create_table(
        TableName="videos",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    queue = clients.sqs.create_queue(QueueName="seen")["QueueUrl"]
    source = (
        "import boto3\ndef handler(event, context):\n    boto3.client('sqs').send_message(QueueUrl=%r, MessageBody='1')"
    )
    role = aws.role(clients, aws.allow([*READS_STREAMS, "sqs:SendMessage"]))
    clients.lambda_.create_event_source_mapping(
        FunctionName=aws.function(clients, source % queue, role),
        EventSourceArn=table["LatestStreamArn"],
        StartingPosition="LATEST",
    )

    def put_and_see(key: str) -> None:
        clients.dynamodb.put_item(TableName="videos", Item={"pk": {"S": key}})
        aws.until(lambda: clients.sqs.receive_message(QueueUrl=queue).get("Messages"))

    for key in ("a", "b", "c"):
        put_and_see(key)
    running.stop()
    running = child.start(*arguments)
    put_and_see("d")
    running.stop()


def test_publishing_needs_the_roles_right(clients: Clients) -> None:
    source = "import boto3\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn=%r, Message='seen')"
    topic = clients.sns.create_topic(Name=aws.unique("topic"))["TopicArn"]
    role = aws.role(clients)
    function = aws.function(clients, source % topic, role)

    denied, failed = aws.invoke(clients, function)
    aws.grant(clients, role, aws.allow("sns:Publish", topic))
    _, failed_with_right = aws.invoke(clients, function)

    assert failed
    assert "sns:Publish" in json.dumps(denied)
    assert not failed_with_right
