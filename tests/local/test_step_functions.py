"""Executions act in the name of the state machine's role, and runTask.sync answers as on AWS."""

import json
import time
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


def test_a_state_that_times_out_leaves_its_task_running(clients: Clients, machine_role: str) -> None:
    """AWS documents that it tries to cancel what is aborted, and nothing of timeouts."""
    definition = aws.task_definition(clients, TASK_ROLE_SLEEPS)
    machine = run_task(definition)
    machine["States"]["Only"]["TimeoutSeconds"] = 3  # its task must have been asked for by then

    outcome = aws.ended(clients, aws.execution(clients, machine, machine_role))

    assert (outcome["status"], outcome["error"]) == ("FAILED", "States.Timeout")
    assert runs_on(clients, definition)


def test_an_execution_whose_time_is_over_is_timed_out_and_leaves_its_task_running(
    clients: Clients, machine_role: str
) -> None:
    definition = aws.task_definition(clients, TASK_ROLE_SLEEPS)
    arn = aws.execution(clients, {**run_task(definition), "TimeoutSeconds": 3}, machine_role)

    outcome = aws.ended(clients, arn)

    assert outcome["status"] == "TIMED_OUT"
    assert not {"error", "cause"} & outcome.keys()
    last = clients.stepfunctions.get_execution_history(executionArn=arn, reverseOrder=True)["events"][0]
    assert (last["type"], last["executionTimedOutEventDetails"]["error"]) == ("ExecutionTimedOut", "States.Timeout")
    assert runs_on(clients, definition)


def runs_on(clients: Clients, definition: str) -> bool:
    """Whether a task runs, a while after nobody waits for it; it is stopped then."""
    (task,) = clients.ecs.list_tasks(family=definition.rsplit("/", 1)[1].split(":")[0])["taskArns"]
    time.sleep(0.5)
    status = aws.describe(clients, task)["lastStatus"]
    clients.ecs.stop_task(task=task)
    return bool(status == "RUNNING")


def test_an_execution_whose_time_is_over_does_not_end_its_wait(clients: Clients) -> None:
    wait = {"Type": "Wait", "Seconds": 600, "End": True}
    machine = {"StartAt": "Only", "TimeoutSeconds": 1, "States": {"Only": wait}}

    assert aws.ended(clients, aws.execution(clients, machine, aws.role(clients)))["status"] == "TIMED_OUT"


def test_a_token_without_a_sign_of_life_is_not_waited_for_any_longer(clients: Clients, machine_role: str) -> None:
    function = aws.function(clients, "handler = lambda event, context: 1", aws.role(clients))
    payload = {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}}
    machine = aws.one_task("arn:aws:states:::lambda:invoke.waitForTaskToken", **payload)
    machine["States"]["Only"] |= {"HeartbeatSeconds": 1, "TimeoutSeconds": 600}

    outcome = aws.ended(clients, aws.execution(clients, machine, machine_role))

    assert outcome["error"] == "States.HeartbeatTimeout"


@pytest.mark.parametrize("wanted", [0, 300])
def test_an_inline_map_runs_forty_items_at_a_time_whatever_it_is_asked_for(clients: Clients, wanted: int) -> None:
    wait = {"StartAt": "Hold", "States": {"Hold": {"Type": "Wait", "Seconds": 3, "End": True}}}
    inline = {"ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **wait}, "MaxConcurrency": wanted}
    items = {"Type": "Pass", "Result": list(range(60)), "Next": "Each"}
    machine = {"StartAt": "Items", "States": {"Items": items, "Each": {"Type": "Map", **inline, "End": True}}}

    arn = aws.execution(clients, machine, aws.role(clients))

    aws.until(lambda: begun(clients, arn) >= 40)
    time.sleep(0.5)
    assert begun(clients, arn) == 40
    clients.stepfunctions.stop_execution(executionArn=arn)


def begun(clients: Clients, arn: str) -> int:
    return kinds(clients, arn)["MapIterationStarted"]


def kinds(clients: Clients, arn: str) -> Counter[str]:
    """How many events of each kind are in the history."""
    pages = clients.stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    return Counter(event["type"] for page in pages for event in page["events"])


LARGE, SMALL = "x" * (256 * 1024), "x" * (256 * 1024 - 20)
"""Just too much for a payload, and just not."""
CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]


@pytest.mark.parametrize(("answer", "status"), [(LARGE, "FAILED"), (SMALL, "SUCCEEDED")])
def test_a_result_that_is_too_large_fails_the_execution_and_no_catch_of_all_errors_helps(
    clients: Clients, machine_role: str, answer: str, status: str
) -> None:
    """Also where nothing of it is kept."""
    function = aws.function(clients, f"handler = lambda event, context: {answer[0]!r} * {len(answer)}", machine_role)
    machine = aws.one_task(function)
    machine["States"]["Only"] |= {"ResultPath": None, "Catch": CATCH_ALL}
    machine["States"]["Caught"] = {"Type": "Succeed"}

    outcome = aws.ended(clients, aws.execution(clients, machine, machine_role))

    assert outcome["status"] == status
    assert outcome.get("error") == ("States.DataLimitExceeded" if status == "FAILED" else None)


def test_what_states_hand_on_together_may_be_no_larger_either(clients: Clients) -> None:
    half = {"Type": "Pass", "Result": "x" * 140_000}
    machine = {
        "StartAt": "One",
        "States": {
            "One": {**half, "ResultPath": "$.one", "Next": "Two"},
            "Two": {**half, "ResultPath": "$.two", "End": True},
        },
    }

    outcome = aws.ended(clients, aws.execution(clients, machine, aws.role(clients)))

    assert outcome["error"] == "States.DataLimitExceeded"


def test_an_execution_is_not_started_with_an_input_that_is_too_large(clients: Clients) -> None:
    machine = clients.stepfunctions.create_state_machine(
        name=aws.unique("machine"),
        roleArn=aws.role(clients),
        definition=json.dumps({"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}),
    )["stateMachineArn"]

    with pytest.raises(ClientError, match="less than or equal to 262144"):
        clients.stepfunctions.start_execution(stateMachineArn=machine, input=json.dumps(LARGE))


def test_the_history_s_last_event_is_the_execution_s_failure(clients: Clients) -> None:
    there, back = {"Type": "Pass", "Next": "Back"}, {"Type": "Pass", "Next": "There"}
    machine = {"StartAt": "There", "States": {"There": there, "Back": back}}
    arn = aws.execution(clients, machine, aws.role(clients))

    aws.until(lambda: clients.stepfunctions.describe_execution(executionArn=arn)["status"] != "RUNNING", 60)

    outcome = aws.ended(clients, arn)
    assert (outcome["status"], outcome["error"]) == ("FAILED", "States.Runtime")
    last = clients.stepfunctions.get_execution_history(executionArn=arn, reverseOrder=True)["events"][0]
    assert (last["id"], last["type"]) == (25_000, "ExecutionFailed")


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
