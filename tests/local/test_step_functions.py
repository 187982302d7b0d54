"""Executions act in the name of the state machine's role, and runTask.sync answers as on AWS."""

import json
from typing import Any

import pytest

from local.clients import Clients
from tests.local import aws

RUN_TASK = "arn:aws:states:::ecs:runTask.sync"
TASK_ROLE_SLEEPS = "import time; time.sleep(60)"


def run_task(definition: str) -> dict[str, Any]:
    network = {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}}
    return aws.one_task(RUN_TASK, TaskDefinition=definition, LaunchType="FARGATE", NetworkConfiguration=network)


@pytest.fixture
def machine_role(clients: Clients) -> str:
    return aws.role(clients, aws.allow(["ecs:*", "iam:PassRole", "lambda:InvokeFunction"]))


def test_a_task_that_succeeds_is_described_in_pascal_case(clients: Clients, machine_role: str) -> None:
    outcome = aws.ended(clients, aws.execution(clients, run_task(aws.task_definition(clients, "pass")), machine_role))

    assert outcome["status"] == "SUCCEEDED"
    assert json.loads(outcome["output"])["Containers"][0]["ExitCode"] == 0


def test_a_task_that_fails_is_states_task_failed(clients: Clients, machine_role: str) -> None:
    definition = aws.task_definition(clients, "raise SystemExit(5)")

    outcome = aws.ended(clients, aws.execution(clients, run_task(definition), machine_role))

    assert (outcome["status"], outcome["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(outcome["cause"])["Containers"][0]["ExitCode"] == 5


def test_stopping_an_execution_stops_its_task(clients: Clients, machine_role: str) -> None:
    definition = aws.task_definition(clients, TASK_ROLE_SLEEPS)
    arn = aws.execution(clients, run_task(definition), machine_role)
    family = definition.rsplit("/", 1)[1].split(":")[0]
    task = aws.until(lambda: clients.ecs.list_tasks(family=family)["taskArns"])[0]
    aws.until(lambda: aws.describe(clients, task)["lastStatus"] == "RUNNING")

    clients.stepfunctions.stop_execution(executionArn=arn)

    assert aws.stopped(clients, task)["stopCode"] == "UserInitiated"
    assert clients.stepfunctions.describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_a_state_that_times_out_stops_its_task(clients: Clients, machine_role: str) -> None:
    definition = aws.task_definition(clients, TASK_ROLE_SLEEPS)
    machine = run_task(definition)
    machine["States"]["Only"]["TimeoutSeconds"] = 3  # its task must have been asked for by then

    outcome = aws.ended(clients, aws.execution(clients, machine, machine_role))

    assert outcome["error"] == "States.Timeout"
    family = definition.rsplit("/", 1)[1].split(":")[0]
    tasks = (
        clients.ecs.list_tasks(family=family, desiredStatus="STOPPED")["taskArns"]
        or clients.ecs.list_tasks(family=family)["taskArns"]
    )
    assert aws.stopped(clients, tasks[0])["stopCode"] == "UserInitiated"


@pytest.mark.parametrize("missing", ["ecs:RunTask", "iam:PassRole"])
def test_a_task_needs_the_machines_right_to_run_it_and_to_pass_its_roles(clients: Clients, missing: str) -> None:
    kept = [action for action in ("ecs:RunTask", "iam:PassRole", "ecs:DescribeTasks") if action != missing]
    role = aws.role(clients, aws.allow(kept))
    definition = aws.task_definition(clients, "pass", taskRoleArn=aws.role(clients))

    outcome = aws.ended(clients, aws.execution(clients, run_task(definition), role))

    assert outcome["error"] == "ECS.AccessDeniedException"
    assert missing in outcome["cause"]


def test_the_cluster_condition_is_evaluated(clients: Clients) -> None:
    elsewhere = {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/other"}}
    role = aws.role(clients, aws.allow("ecs:RunTask", Condition=elsewhere))

    outcome = aws.ended(clients, aws.execution(clients, run_task(aws.task_definition(clients, "pass")), role))

    assert outcome["error"] == "ECS.AccessDeniedException"


@pytest.mark.parametrize("spelling", ["optimized", "direct"])
def test_a_function_needs_the_machines_right_to_invoke_it(clients: Clients, spelling: str) -> None:
    function = aws.function(clients, "handler = lambda event, context: 1", aws.role(clients))
    machine = (
        aws.one_task("arn:aws:states:::lambda:invoke", FunctionName=function)
        if spelling == "optimized"
        else aws.one_task(function)
    )
    role = aws.role(clients)

    denied = aws.ended(clients, aws.execution(clients, machine, role))
    aws.grant(clients, role, aws.allow("lambda:InvokeFunction", function))
    allowed = aws.ended(clients, aws.execution(clients, machine, role))

    assert denied["error"] == "Lambda.AWSLambdaException"
    assert "not authorized to perform: lambda:InvokeFunction" in denied["cause"]
    assert allowed["status"] == "SUCCEEDED"
