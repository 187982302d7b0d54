"""Step Functions as on AWS: the state machine's role is what decides, runTask.sync has AWS's result and failures.

A task that an execution started is stopped when the execution is stopped or fails elsewhere. Where the state or the
execution has timed out, it runs on: AWS documents that it tries to cancel what was aborted, and nothing of timeouts.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from ministack.services import ecs
from ministack.services import stepfunctions as sfn

from local.emulator import aws_clock, executions, faults, iam, seams, step_limits
from local.emulator.ecs import begin_stop
from local.emulator.executions import ExecutionEnded
from local.emulator.rights import lambda_rights, needed_rights, run_task_rights

LOG = logging.getLogger("local.step_functions")
POLL_SECONDS = 0.05
DESCRIBE_EVERY = 100  # polls: AWS describes the task now and then beside waiting for its event

_execute_task = sfn._execute_task
_invoke = sfn._invoke_resource
_invoke_in_time = sfn._invoke_resource_with_timeout


def execute_task(state: Any, given: Any, execution: Any, context: Any) -> Any:
    """A Task state, with the execution it belongs to at hand for the role check."""
    with executions.working_for(execution):
        return _execute_task(state, given, execution, context)


def machine_role() -> str | None:
    """The role of the state machine whose execution runs here; None outside of executions."""
    execution = executions.current.get()
    if not execution:
        return None
    arn = execution["stateMachineArn"].split("/", 1)[0]  # a child of a distributed Map has /label behind it
    machine = sfn._state_machines.get(arn)
    return str(machine["roleArn"]) if machine else None


def require_rights(error: str, rights: list[tuple[str, str, dict[str, str]]]) -> None:
    """Fail the state as AWS does when the state machine's role lacks one of (action, resource, context)."""
    role, execution = machine_role(), executions.current.get()
    if role is None or execution is None:
        return
    try:
        for action, resource, context in rights:
            iam.require(role, action, resource, context, session=execution["name"][:64])
    except iam.AccessDenied as denied:
        raise sfn._ExecutionError(error, f"{denied} (Status Code: 403; Error Code: AccessDeniedException)") from denied


def invoke(resource: str, given: Any) -> Any:
    """Do what a Task state asks for, in the name of the state machine's role."""
    executions.require_waiting()
    note("TaskStarted")
    if ":::ecs:runTask" not in resource:
        is_lambda = bool(lambda_rights(resource, given))
        require_rights(
            "Lambda.AWSLambdaException" if is_lambda else "States.TaskFailed", needed_rights(resource, given)
        )
    return _invoke(resource, given)


def invoke_in_time(resource: str, given: Any, seconds: float) -> Any:
    """A state with TimeoutSeconds: when they are over, nobody waits for its task any more, and it runs on."""
    over = threading.Event()
    token = executions.given_up.set(over)
    try:
        return _invoke_in_time(resource, given, aws_clock.scaled(seconds))
    finally:
        over.set()
        executions.given_up.reset(token)


def run_task(resource: str, given: Any) -> Any:
    """`ecs:runTask` and `ecs:runTask.sync`, with AWS's PascalCase result and error names."""
    request = sfn._pascal_to_camel(given)
    require_rights("ECS.AccessDeniedException", run_task_rights(request))
    overrides = request.get("overrides", {}).get("containerOverrides", [])
    if faults.is_full([word for each in overrides for word in each.get("command", ())]):
        reason = [{"Arn": request.get("cluster"), "Reason": "Capacity is unavailable at this time."}]
        raise sfn._ExecutionError("ECS.AmazonECSException", json.dumps({"Failures": reason, "Tasks": []}))
    status, _, body = ecs._run_task(request)
    answer = json.loads(body or b"{}")
    if status >= 400:
        raise sfn._ExecutionError("ECS." + answer.get("__type", "AmazonECSException"), answer.get("message", ""))
    if answer.get("failures"):
        raise sfn._ExecutionError("ECS.AmazonECSException", json.dumps(answer["failures"]))
    if not resource.endswith(".sync"):
        return pascal(answer)
    with suppress(ExecutionEnded):  # the task that runs by now is stopped below
        note("TaskSubmitted")
    return finished(ecs._tasks[answer["tasks"][0]["taskArn"]])


def note(event: str) -> None:
    """An event of the execution that runs here."""
    if execution := executions.current.get():
        sfn._add_event(execution, event)


def finished(task: dict[str, Any]) -> Any:
    """Wait for the task's end; its description, or States.TaskFailed with that description as cause."""
    for turn in polls():
        if task["lastStatus"] == "STOPPED":
            break
        if executions.nobody_waits():
            if not executions.timed_out():
                stop_for_execution(task)
            raise ExecutionEnded
        if turn % DESCRIBE_EVERY == 0:
            require_rights("ECS.AccessDeniedException", [("ecs:DescribeTasks", task["taskArn"], cluster_of(task))])
    described = json.loads(json.dumps(pascal(ecs._sanitize(task)), default=str))
    failed = [one for one in task["containers"] if one.get("exitCode") != 0]
    if failed or task.get("stopCode") != "EssentialContainerExited":
        raise sfn._ExecutionError("States.TaskFailed", json.dumps(described, separators=(",", ":")))
    return described


def polls() -> Iterator[int]:
    """Count turns, one each POLL_SECONDS."""
    turn = 0
    while True:
        yield turn
        turn += 1
        time.sleep(POLL_SECONDS)


def cluster_of(task: Mapping[str, Any]) -> dict[str, str]:
    """The condition key of calls about a task."""
    return {"ecs:cluster": task["clusterArn"]}


def stop_for_execution(task: dict[str, Any]) -> None:
    """Stop the task with the role's own right; without it the task runs on, as on AWS."""
    try:
        require_rights("ECS.AccessDeniedException", [("ecs:StopTask", task["taskArn"], cluster_of(task))])
    except sfn._ExecutionError as denied:
        LOG.warning("task %s runs on: %s", task["taskArn"], denied.cause)
        return
    begin_stop(task, "Task stopped by Step Functions: its execution ended")


def pascal(value: Any) -> Any:
    """The key style of Step Functions' ECS results."""
    if isinstance(value, Mapping):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items()}
    return [pascal(item) for item in value] if isinstance(value, list) else value


def install() -> None:
    """Run executions through these functions."""
    step_limits.install()
    seams.replace(sfn, "_execute_task", execute_task, expected="53c818d247db")
    seams.replace(sfn, "_invoke_resource", invoke, expected="a85d2be9a858")
    seams.replace(sfn, "_invoke_resource_with_timeout", invoke_in_time, expected="faeed0bf70d5")
    sfn._SERVICE_DISPATCH["arn:aws:states:::ecs:runTask"] = run_task
