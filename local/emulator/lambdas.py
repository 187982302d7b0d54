"""Lambda on this machine: our interpreter, AWS's error types, warm workers, a queue, and the role of SQS triggers."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.core.responses import request_scope
from ministack.services import lambda_svc

from local.emulator import faults, function_workers, iam, metrics, payloads, seams, wrong_clock
from local.emulator.function_files import places, require_mounts
from local.emulator.function_forks import Template
from local.emulator.function_rights import check_own_rights
from local.emulator.function_wall import Wall, can_mount, tmp_mb
from local.emulator.function_wall import script as wall_script
from local.emulator.function_workers import RAISED, FunctionWorker

LOG = logging.getLogger("local.lambdas")
POLLER_ACTIONS = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
}
"""What Lambda does with a function's role to feed it, by the service that the events come from."""
DENIED_PAUSE_SECONDS = 10
WARM_UP_SECONDS = 0.5

# A worker that ministack started must end with it, however that ends, even while its handler is busy. It is told whom
# to watch: when its first line runs, its parent may be gone already, and it the child of another.
WATCH_PARENT = """
import os as _os, threading as _threading, time as _time
def _watch_parent():
    while _os.getppid() == _parent:
        _time.sleep(1)
    _os._exit(1)
_threading.Thread(target=_watch_parent, daemon=True).start()
"""
# ministack ends a worker whose handler raised; AWS keeps the environment. So a raised error travels as a result.
SCRIPT_RAISES = (
    '_real_stdout.write(json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()}) + "\\n")'
)
SCRIPT_ANSWERS = (
    '_real_stdout.write(json.dumps({"status": "ok", "result": {"' + RAISED + '": {"errorType": type(e).__name__, '
    '"errorMessage": str(e), "stackTrace": traceback.format_exc().splitlines()}}}) + "\\n")'
)

_worker_class = lambda_runtime._worker_class_for
_warm = lambda_svc._execute_function_warm
_detect = lambda_runtime._detect_runtime_binary
_drain = Worker._drain_stderr_bounded
_receive = lambda_svc._poll_sqs
_route_failure = lambda_svc._route_async_failure
_keep_batch = lambda_svc._send_ddb_stream_failure_record
_restore_positions = lambda_svc._restore_esm_positions


def worker_script(script: str) -> str:
    """ministack's Python worker with our changes; ValueError when a new version no longer has the line."""
    if script.count(SCRIPT_RAISES) != 1:
        raise ValueError("the Python worker of this ministack version is not the one that was patched")
    return WATCH_PARENT + script.replace(SCRIPT_RAISES, SCRIPT_ANSWERS)


def outcome(result: dict[str, Any]) -> dict[str, Any]:
    """An invocation's result, with a raised error in AWS's shape: errorType is the class of the exception."""
    body = result.get("body")
    if not isinstance(body, dict) or set(body) != {RAISED}:
        return result
    raised = body[RAISED]
    log = "\n".join(filter(None, [result.get("log", ""), *raised.get("stackTrace", ())]))
    return {"body": raised, "error": True, "log": log}


class Queues:
    """At most `size` concurrent invocations of one function; further ones wait, where AWS would scale out."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._semaphores: dict[str, threading.BoundedSemaphore] = {}

    def turn(self, function_arn: str) -> AbstractContextManager[Any]:
        """A context that holds one of the function's places."""
        with self._lock:
            return self._semaphores.setdefault(function_arn, threading.BoundedSemaphore(self._size))


def executing(queues: Queues) -> Callable[..., dict[str, Any]]:
    """An invocation that waits its turn."""
    checked: set[str] = set()

    def execute(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = function.get("config") or function
        if (revision := _revision(function)) not in checked:
            try:
                require_mounts(config)
            except iam.AccessDenied as denied:
                said = {"errorType": "EFSMountFailureException", "errorMessage": str(denied)}
                return {"body": said, "error": True, "log": str(denied)}
            checked.add(revision)
            check_own_rights(config)
        with queues.turn(config["FunctionArn"]):
            result = payloads.limited(outcome(_warm(function, event, request_id)))
        for line in (result.get("log") or "").splitlines():
            LOG.info("%s: %s", config["FunctionName"], line)
            metrics.record_log(line)
        return result

    return execute


def runtime_of(
    python: Path, wall: Callable[[dict[str, Any]], Wall], parent: Callable[[], int]
) -> Callable[[str], tuple[str, str]]:
    """The interpreter for a runtime: every Python version is the project's own, behind the function's wall."""

    def detect(runtime: str) -> tuple[str, str]:
        if runtime.startswith("python"):
            # The wall hides the fault's file, and has to stand before there is a thread.
            first = wrong_clock.script(str(faults.file(faults.CLOCK)))
            config = function_workers.starting.get().config
            behind = "" if faults.happens(faults.NO_WALL) else wall_script(wall(config))
            watched = f"_parent = {parent()}\n"
            return str(python), first + behind + watched + lambda_runtime._PYTHON_WORKER_SCRIPT
        binary, script = _detect(runtime)
        return str(binary), str(script)

    return detect


def walls(python: Path, state: Path) -> Callable[[dict[str, Any]], Wall]:
    """Each function's wall: of this machine's state it sees its own code and its mounts."""
    mounts = can_mount(python)

    def wall(config: dict[str, Any]) -> Wall:
        return Wall(
            reads=(str(python.parents[1]), str(python.resolve().parents[1])),
            writes=tuple(str(folder) for _, folder in places(config, state)),
            hides=(str(state),),
            tmp_mb=tmp_mb(config),
            mounts=mounts,
        )

    return wall


def drain_quickly(worker: Worker, first_line_wait: float = 0.003, **rest: Any) -> str:
    """A handler that logged nothing costs 3 ms instead of 50."""
    return str(_drain(worker, first_line_wait, **rest))


def require_poller_rights(mapping: dict[str, Any]) -> None:
    """Raise AccessDenied unless the function's role may poll the queue or stream, as Lambda does with that role."""
    function = lambda_svc._functions.get(mapping["FunctionName"])
    service = mapping["EventSourceArn"].split(":")[2]
    for action in POLLER_ACTIONS.get(service, ()) if function else ():
        iam.require(function["config"]["Role"], action, mapping["EventSourceArn"], session=mapping["FunctionName"])


def route_failure(target: str, name: str, event: Any, result: Any) -> None:
    """Send what a function failed on to its destination, if the function's role may."""
    action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}[target.split(":")[2]]
    try:
        iam.require(lambda_svc._functions[name]["config"]["Role"], action, target, session=name)
    except iam.AccessDenied:
        return
    _route_failure(target, name, event, result)


def keep_batch(trigger: Any, function: Any, batch: Any, stream: str, result: Any, condition: str) -> None:
    """Tell where a batch of a stream goes that its function cannot take, if the function's role may."""
    target = ((trigger.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    config = function.get("config") or function
    try:
        if target:
            iam.require(config["Role"], "sqs:SendMessage", target, session=config["FunctionName"])
    except iam.AccessDenied:
        return
    _keep_batch(trigger, function, batch, stream, result, condition)


def restore_positions(store: Any, positions: Any) -> None:
    """Load how far each trigger has read: nowhere in the streams of tables, which are not saved and begin anew."""
    _restore_positions(store, positions)
    if store is lambda_svc._dynamodb_stream_positions:
        store._data = dict.fromkeys(store._data, 0)


def poll_queues() -> bool:
    """One pass over all SQS triggers; one whose role lacks a right is paused and said so in the log."""
    for _, mapping in list(lambda_svc._esms.all_items()):
        if ":sqs:" not in mapping.get("EventSourceArn", "") or _paused(mapping):
            continue
        try:
            with lambda_svc_scope(mapping):
                require_poller_rights(mapping)
        except iam.AccessDenied as denied:
            mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
            lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + DENIED_PAUSE_SECONDS
            LOG.warning("trigger of %s does not poll: %s", mapping["FunctionName"], denied)
    return bool(_receive())


def _paused(mapping: dict[str, Any]) -> bool:
    return bool(lambda_svc._esm_backoff_until.get(mapping["UUID"], 0) > time.time())


def lambda_svc_scope(mapping: dict[str, Any]) -> AbstractContextManager[Any]:
    """The account and region of a trigger's queue: the poller thread has none of its own."""
    parts = mapping["EventSourceArn"].split(":")
    return request_scope(parts[4], parts[3])  # type: ignore[no-any-return]


class WarmUp:
    """Starts one worker of each new function while nothing else changes, so that first calls need not wait for it."""

    def __init__(self) -> None:
        self._started: set[str] = set()
        self._seen: list[str] = []

    def turn(self) -> None:
        """One look: functions that were new at the last look too (the deployment has moved on) are started now."""
        functions = {_revision(one): (scope, one) for scope, one in list(lambda_svc._functions.all_items())}
        waiting = [revision for revision in functions if revision not in self._started]
        ready, self._seen = waiting == self._seen, waiting
        for revision in waiting if ready else ():
            self._started.add(revision)
            self._start(*functions[revision])

    def _start(self, scope: Any, function: dict[str, Any]) -> None:
        config = function["config"]
        with request_scope(scope[0], scope[1]):
            worker, _ = lambda_runtime.acquire_worker(config["FunctionName"], config, function["code_zip"])
            try:
                lambda_runtime.ensure_spawned(worker)
                worker.stop()
            except (RuntimeError, OSError) as failed:
                LOG.warning("%s did not start: %s", config["FunctionName"], failed)
            finally:
                lambda_runtime.release_worker(worker)

    def run(self) -> None:
        """Look again and again."""
        while True:
            time.sleep(WARM_UP_SECONDS)
            self.turn()


def worker_class(config: Mapping[str, Any]) -> type[Worker]:
    """Ours for Python; the project has no other functions."""
    return FunctionWorker if str(config.get("Runtime", "")).startswith("python") else _worker_class(config)


def end_workers() -> None:
    """End every worker process."""
    lambda_runtime.kill_workers([worker for pool in list(lambda_runtime._workers.values()) for worker in pool])


def _revision(function: dict[str, Any]) -> str:
    config = function.get("config") or function
    return f"{config['FunctionArn']} {config.get('RevisionId')} {config.get('CodeSha256')}"


def install(python: Path, state: Path, workers: int) -> None:
    """Run functions through these."""
    seams.replace(
        lambda_runtime,
        "_PYTHON_WORKER_SCRIPT",
        worker_script(lambda_runtime._PYTHON_WORKER_SCRIPT),
        expected="368800addf4d",
    )
    template = Template(python)
    template.install()
    detect = runtime_of(python, walls(python, state), template.parent)
    seams.replace(lambda_runtime, "_detect_runtime_binary", detect, expected="222e200df2c0")
    seams.replace(lambda_runtime, "_worker_class_for", worker_class, expected="b5a23849280a")
    seams.replace(lambda_runtime, "_signal", function_workers.end, expected="6b8eb0d36389")
    seams.replace(Worker, "_drain_stderr_bounded", drain_quickly, expected="3fd7cc742872")
    seams.replace(lambda_svc, "_execute_function_warm", executing(Queues(workers)), expected="62b9218bef5b")
    seams.replace(lambda_svc, "_poll_sqs", poll_queues, expected="e438a6a1e094")
    seams.replace(lambda_svc, "_restore_esm_positions", restore_positions, expected="13262db1ad79")
    seams.replace(lambda_svc, "_route_async_failure", route_failure, expected="c023331e333f")
    seams.replace(lambda_svc, "_send_ddb_stream_failure_record", keep_batch, expected="0efd5f5ffe2d")
    payloads.install()
    threading.Thread(target=WarmUp().run, daemon=True, name="warm-up").start()
