"""Small resources for the tests of the emulator's seams."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

from local.clients import Clients

ANY_SUBNET = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
Statement = dict[str, Any]


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def allow(action: str | list[str], resource: str | list[str] = "*", **condition: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **condition}


def role(clients: Clients, *statements: Statement) -> str:
    name = unique("role")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "any"}, "Action": "sts:AssumeRole"}]}
    arn = clients.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    if statements:
        grant(clients, arn, *statements)
    return str(arn)


def grant(clients: Clients, arn: str, *statements: Statement) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    clients.iam.put_role_policy(RoleName=arn.rsplit("/", 1)[1], PolicyName="all", PolicyDocument=policy)


def function(clients: Clients, source: str, role_arn: str, **settings: Any) -> str:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", source)
    made = clients.lambda_.create_function(
        FunctionName=unique("function"),
        Runtime="python3.13",
        Handler="index.handler",
        Role=role_arn,
        Code={"ZipFile": bundle.getvalue()},
        **settings,
    )
    return str(made["FunctionArn"])


def invoke(clients: Clients, arn: str, event: Any = None) -> tuple[Any, bool]:
    """The answer, and whether it is an error."""
    answer = clients.lambda_.invoke(FunctionName=arn, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), "FunctionError" in answer


def listener(clients: Clients, topic: str) -> str:
    """A queue that gets what the topic tells."""
    everybody = {"Statement": [{**allow("sqs:SendMessage"), "Principal": "*"}]}
    queue = clients.sqs.create_queue(QueueName="alerts", Attributes={"Policy": json.dumps(everybody)})["QueueUrl"]
    arn = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(queue)


def task_definition(clients: Clients, program: str, container: dict[str, Any] | None = None, **settings: Any) -> str:
    main = {
        "name": "main",
        "image": "any",
        "essential": True,
        "entryPoint": ["python", "-u", "-c"],
        "command": [program],
        "stopTimeout": 2,
        **(container or {}),
    }
    made = clients.ecs.register_task_definition(
        family=unique("family"),
        containerDefinitions=[main],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        **settings,
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def run_task(clients: Clients, definition: str, **settings: Any) -> str:
    made = clients.ecs.run_task(
        taskDefinition=definition, launchType="FARGATE", networkConfiguration=ANY_SUBNET, **settings
    )
    return str(made["tasks"][0]["taskArn"])


def describe(clients: Clients, task: str) -> dict[str, Any]:
    return dict(clients.ecs.describe_tasks(tasks=[task])["tasks"][0])


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true value that `look` gives."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{look} was not true within {seconds} s")


def stopped(clients: Clients, task: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        described = describe(clients, task)
        return described if described["lastStatus"] == "STOPPED" else None

    return dict(until(look))


def execution(clients: Clients, definition: dict[str, Any], role_arn: str) -> str:
    """Start one execution of a new state machine."""
    machine = clients.stepfunctions.create_state_machine(
        name=unique("machine"), definition=json.dumps(definition), roleArn=role_arn
    )["stateMachineArn"]
    return str(clients.stepfunctions.start_execution(stateMachineArn=machine, input="{}")["executionArn"])


def ended(clients: Clients, arn: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        described = clients.stepfunctions.describe_execution(executionArn=arn)
        return described if described["status"] != "RUNNING" else None

    return dict(until(look))


def one_task(resource: str, **parameters: Any) -> dict[str, Any]:
    state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    return {"StartAt": "Only", "States": {"Only": state}}
