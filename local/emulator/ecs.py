"""ECS on this machine: tasks run as local processes, stop as on AWS, and announce their state changes."""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from itertools import pairwise
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecs, eventbridge

from local.emulator import aws_clock, faults, latencies, seams, tasks
from local.emulator.containers import Launch, LocalDocker
from local.emulator.slots import Slots
from local.emulator.start_rights import require_image, require_start_rights
from local.emulator.tasks import Host

LOG = logging.getLogger("local.ecs")
FAMILY, VERSION = "com.amazonaws.ecs.task-definition-family", "com.amazonaws.ecs.task-definition-version"
TASK_ARN = "com.amazonaws.ecs.task-arn"
STOP_REASON = "_stop_reason"
PLAN_OPTION = "--plan-key"
OVERRIDDEN = ("RoleArn", "cpu", "memory", "ephemeralStorage")
LEAST_DISK_GIB, MOST_DISK_GIB = 21, 200

_mark_stopped = ecs._mark_task_stopped
_start_worker = ecs._start_task_worker
_stop_api = ecs._stop_task
_run_api = ecs._run_task
_sanitize = ecs._sanitize
_restore = ecs._restore_state


def role_credentials(role_arn: str) -> dict[str, str]:
    """A session of the role, as variables for the SDK; empty without a role."""
    if not role_arn:
        return {}
    region, account = get_region(), get_account_id()
    session = {
        "FunctionArn": f"arn:aws:lambda:{region}:{account}:function:ecs-task",
        "FunctionName": "ecs-task",
        "Role": role_arn,
    }
    return {**lambda_runtime.execution_credentials(session), "AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def refused() -> list[str]:
    """What of this machine's kernel tasks are asked to do without."""
    kinds = {"landlock": faults.NO_LANDLOCK, "seccomp": faults.NO_SECCOMP}
    return [kind for kind, fault in kinds.items() if faults.happens(fault)]


def planner(host: Host) -> Callable[[str, Mapping[str, Any]], Launch]:
    """What LocalDocker asks for each container: rights checked, paths resolved, credentials of the task role."""

    def plan(image: str, arguments: Mapping[str, Any]) -> Launch:
        labels = arguments["labels"]
        definition = ecs._task_defs[f"{labels[FAMILY]}:{labels[VERSION]}"]
        overrides = (ecs._tasks.get(labels[TASK_ARN]) or {}).get("overrides") or {}
        effective = {**definition, **{k: v for k, v in overrides.items() if k.endswith(OVERRIDDEN) and v}}
        require_start_rights(effective, image, get_account_id(), get_region())
        require_image(image, get_account_id())
        credentials = role_credentials(effective.get("taskRoleArn", ""))
        disk = faults.small_disk() or tasks.disk_bytes(effective)
        return tasks.launch(host, effective, arguments, credentials, disk, refused())

    return plan


def plan_of(overrides: Sequence[Mapping[str, Any]]) -> str:
    """What tells the tasks of one video from all others: the plan that their command names; "" for other tasks."""
    words = [word for container in overrides for word in container.get("command") or ()]
    return next((value for name, value in pairwise(words) if name == PLAN_OPTION), "")


def limited_start(slots: Slots) -> Callable[..., None]:
    """The start of a task once it holds one of the machine's slots."""

    def start(task: dict[str, Any], definition: Any, overrides: Any, *rest: Any) -> None:
        arn = task["taskArn"]
        if not slots.acquire(arn, lambda: bool(ecs._task_is_active(arn, task)), plan_of(overrides)):
            return
        aws_clock.pause_while(latencies.TASK_START, lambda: bool(ecs._task_is_active(arn, task)))
        _start_worker(task, definition, overrides, *rest)
        if not ecs._task_is_active(arn, task):
            slots.release(arn)

    return start


def marking_stopped(slots: Slots) -> Callable[..., bool]:
    """The end of a task: its slot is free, and a stop that was asked for is what it is called."""

    def mark(arn: str, task: dict[str, Any], reason: str, stop_code: str, exit_code: int | None = None) -> bool:
        if STOP_REASON in task and stop_code == "EssentialContainerExited":
            reason, stop_code = task[STOP_REASON], "UserInitiated"
        done = bool(_mark_stopped(arn, task, reason, stop_code, exit_code))
        slots.release(arn)
        return done

    return mark


def run_task(request: dict[str, Any]) -> Any:
    """RunTask: a disk that Fargate does not have is refused."""
    asked = (request.get("overrides") or {}).get("ephemeralStorage") or {}
    size = asked.get("sizeInGiB")
    if asked and not (isinstance(size, int) and LEAST_DISK_GIB <= size <= MOST_DISK_GIB):
        text = f"ephemeralStorage.sizeInGiB is {size}: give {LEAST_DISK_GIB} to {MOST_DISK_GIB}."
        return error_response_json("InvalidParameterException", text, 400)
    answer = _run_api(request)
    for made in json.loads(answer[2]).get("tasks", ()) if asked else ():
        ecs._tasks[made["taskArn"]]["ephemeralStorage"] = asked
    return answer


def begin_stop(task: dict[str, Any], reason: str) -> None:
    """Ask every container to end; the task is STOPPED when they have, with the exit codes they gave."""
    if STOP_REASON in task or task["lastStatus"] == "STOPPED":
        return
    task[STOP_REASON] = reason
    containers = [ecs._docker.get(one) for one in task.get("_docker_ids") or []]
    if not containers:
        ecs._mark_task_stopped(task["taskArn"], task, reason, "UserInitiated")
    for container in containers:
        threading.Thread(target=container.stop, daemon=True).start()


def stop_task(request: dict[str, Any]) -> Any:
    """StopTask: answers at once, as AWS does, while the containers have their stop timeout."""
    cluster = ecs._resolve_cluster_name(request.get("cluster", "default"))
    task = ecs._resolve_task(request.get("task", ""), cluster) if cluster else None
    if not task or task["lastStatus"] == "STOPPED":
        return _stop_api(request)
    begin_stop(task, request.get("reason") or "Task stopped by user")
    return json_response({"task": ecs._sanitize(task)})


def restore(data: Any) -> None:
    """Load saved tasks; ministack calls those STOPPED whose process is gone, and leaves them wanting to run."""
    _restore(data)
    for task in ecs._tasks._data.values():
        if task.get("lastStatus") == "STOPPED":
            task["desiredStatus"] = "STOPPED"


def sanitize(value: Any) -> Any:
    """The public shape of a task; one that is being stopped already wants to be STOPPED."""
    shown = _sanitize(value)
    if isinstance(value, dict) and STOP_REASON in value:
        shown["desiredStatus"] = "STOPPED"
    return shown


def announcing(mark: Callable[..., bool]) -> Callable[..., bool]:
    """`mark`, followed by the `ECS Task State Change` event that AWS sends to the default bus."""

    def marked(arn: str, task: dict[str, Any], *rest: Any, **named: Any) -> bool:
        changed = mark(arn, task, *rest, **named)
        if changed:
            copy_context().run(_announce, arn, task)
        return changed

    return marked


def _announce(arn: str, task: dict[str, Any]) -> None:
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": "aws.ecs",
        "DetailType": "ECS Task State Change",
        "Detail": json.dumps({**ecs._sanitize(task), "eventDetailVersion": "1"}, default=str),
        "EventBusName": "default",
        "Time": ecs._iso(),
        "Resources": [arn],
        "Account": get_account_id(),
        "Region": get_region(),
    }
    try:
        eventbridge._dispatch_event(event)
    except Exception:
        LOG.exception("state change of %s was not delivered", arn)


def install(host: Host, concurrent_tasks: int) -> None:
    """Give the emulator its containers."""
    slots = Slots(concurrent_tasks)
    seams.replace(ecs, "_docker", LocalDocker(planner(host)), expected="bbbc78b3708f")
    seams.replace(ecs, "_start_task_worker", limited_start(slots), expected="73e133e6afaa")
    seams.replace(ecs, "_mark_task_pending", announcing(ecs._mark_task_pending), expected="37729731ca03")
    seams.replace(ecs, "_mark_task_running", announcing(ecs._mark_task_running), expected="42c41b2d19b9")
    seams.replace(ecs, "_mark_task_stopped", announcing(marking_stopped(slots)), expected="09bac9c1c8d0")
    seams.replace(ecs, "_sanitize", sanitize, expected="f41cdce9258f")
    seams.replace(ecs, "_restore_state", restore, expected="cf8858705dce")
    seams.replace(ecs, "_stop_task", stop_task, expected="06eb83088bbc")
    seams.replace(ecs, "_run_task", run_task, expected="6e96d8f5a5b8")
    ecs._ACTION_MAP |= {"StopTask": stop_task, "RunTask": run_task}
