"""What bounds an execution on AWS: 256 KiB of payload, 25,000 events, its time, 40 items of an INLINE Map.

Sources: the service quotas of Step Functions; what AWS tells of an execution that it ended was measured by others
(floci-io/floci#2733, #2734). The states inside of a Map are in the history too: AWS counts them.
"""

import contextvars
import copy
import json
import threading
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import error_response_json, now_iso
from ministack.services import stepfunctions as sfn

from local.emulator import aws_clock, executions, latencies, seams
from local.emulator.executions import ExecutionEnded

PAYLOAD_BYTES = 256 * 1024
MOST_EVENTS = 25_000
INLINE_ITEMS = 40
TERMINAL = ("States.DataLimitExceeded", "States.Runtime", ExecutionEnded.NAME)
"""Neither States.ALL nor States.TaskFailed stands for these."""
PAYLOADS = (("stateEnteredEventDetails", "input"), ("stateExitedEventDetails", "output"))
Execution = dict[str, Any]

_events = threading.RLock()
_add_event = sfn._add_event
_apply_parameters = sfn._apply_parameters
_apply_result_selector = sfn._apply_result_selector
_error_matches = sfn._error_matches
_execute_map = sfn._execute_map
_fail = sfn._fail_execution
_invoke_with_callback = sfn._invoke_with_callback
_run_execution = sfn._run_execution
_start_execution = sfn._start_execution


def within_limit(value: Any) -> Any:
    """The value; States.DataLimitExceeded when its JSON is too large to be handed on."""
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > PAYLOAD_BYTES:
        cause = "A state or task has a payload with a size exceeding the maximum number of bytes service limit."
        raise sfn._ExecutionError("States.DataLimitExceeded", cause)
    return value


def apply_parameters(state: Any, data: Any, context: Any = None) -> Any:
    """What a state hands to its task."""
    return within_limit(_apply_parameters(state, data, context))


def apply_result_selector(state: Any, result: Any) -> Any:
    """A result counts as it came, also where nothing of it is kept."""
    return _apply_result_selector(state, within_limit(result))


def error_matches(named: list[str], error: str) -> bool:
    """Whether a Retry or Catch that names these errors is for this one."""
    return error in named if error in TERMINAL else bool(_error_matches(named, error))


def add_event(execution: Execution, kind: str, details: Any = None) -> Any:
    """Note an event in the history; nothing is noted, and so done, for an execution that has ended."""
    if kind.endswith("StateEntered"):
        aws_clock.pause(latencies.TRANSITION)
    with _events:
        if not kind.startswith("Execution"):
            _require_room(execution)
        noted = _add_event(execution, kind, details)
    for part, key in PAYLOADS:
        text = (details or {}).get(part, {}).get(key, "")
        if len(text) > PAYLOAD_BYTES:
            within_limit(json.loads(text))
    return noted


def _require_room(execution: Execution) -> None:
    if execution["status"] == "RUNNING" and len(execution["events"]) >= MOST_EVENTS - 1:
        fail(
            execution, "States.Runtime", f"The execution reached the maximum number of history events ({MOST_EVENTS})."
        )
    if execution["status"] != "RUNNING":
        raise ExecutionEnded


def fail(execution: Execution, error: str, cause: str) -> None:
    """End an execution as FAILED, unless it has ended already: ABORTED stays ABORTED."""
    with _events:
        if execution["status"] == "RUNNING":
            _fail(execution, error, cause)


def time_out(execution: Execution) -> None:
    """End an execution whose time is over: the record says TIMED_OUT and no more, the history says why."""
    with _events:
        if execution["status"] != "RUNNING":
            return
        execution.update(status="TIMED_OUT", stopDate=now_iso())
        add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}})
    sfn._emit_execution_status_event(execution)


def seconds_left(execution: Execution) -> float | None:
    """Until the definition's TimeoutSeconds are over; None where there are none."""
    machine = sfn._state_machines.get(execution["stateMachineArn"]) or {}
    allowed = json.loads(machine.get("definition", "{}")).get("TimeoutSeconds")
    lived = datetime.now(UTC) - datetime.fromisoformat(execution["startDate"])
    return None if allowed is None else max(0.0, aws_clock.scaled(allowed) - lived.total_seconds())


def run_execution(arn: str) -> None:
    """Walk through the definition for as long as it may take."""
    execution = sfn._executions[arn]
    left = seconds_left(execution)
    clock = threading.Timer(left or 0, contextvars.copy_context().run, (time_out, execution))
    clock.daemon = True
    if left is not None:
        clock.start()
    aws_clock.pause(latencies.EXECUTION)
    with executions.working_for(execution):
        _run_execution(arn)
    clock.cancel()


def start_execution(asked: Any) -> Any:
    """StartExecution, which refuses an input that is too large."""
    if len(asked.get("input", "").encode()) <= PAYLOAD_BYTES:
        return _start_execution(asked)
    refusal = (
        f"Value at 'input' failed to satisfy constraint: Member must have length less than or equal to {PAYLOAD_BYTES}"
    )
    return error_response_json("ValidationException", refusal, 400)


def execute_map(state: Any, given: Any, execution: Execution, context: Any) -> Any:
    """An INLINE Map runs no more than 40 items at a time, whatever MaxConcurrency says."""
    processor = state.get("ItemProcessor") or state.get("Iterator") or {}
    if processor.get("ProcessorConfig", {}).get("Mode") != "DISTRIBUTED":
        add_event(execution, "MapStateStarted")
        state = {**state, "MaxConcurrency": min(state.get("MaxConcurrency") or INLINE_ITEMS, INLINE_ITEMS)}
    return _execute_map(state, given, execution, context)


def run_sub_machine(states: Any, first: str, given: Any, execution: Execution, context: Any) -> Any:
    """An item of a Map or a branch of a Parallel; what comes out of its last state."""
    item = {"mapIterationEventDetails": {"index": context["Map"]["Item"]["Index"]}} if "Map" in context else None
    if item:
        add_event(execution, "MapIterationStarted", item)
    following: str | None = first
    value = copy.deepcopy(given)
    while following:
        value, following = run_state(states, following, value, execution, context)
    if item:
        add_event(execution, "MapIterationSucceeded", item)
    return value


def run_state(states: Any, name: str, given: Any, execution: Execution, context: Any) -> tuple[Any, str | None]:
    """One state inside of another: its output, and which state is next."""
    state = states[name]
    context["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
    entered = {"name": name, "input": json.dumps(given)}
    add_event(execution, f"{state['Type']}StateEntered", {"stateEnteredEventDetails": entered})
    output, following = _act(state, given, execution, context)
    left = {"name": name, "output": json.dumps(output)}
    add_event(execution, f"{state['Type']}StateExited", {"stateExitedEventDetails": left})
    return output, following


def _act(state: Any, given: Any, execution: Execution, context: Any) -> tuple[Any, str | None]:
    kind = state["Type"]
    if kind == "Fail":
        raise sfn._ExecutionError(*sfn._fail_state_error(state, given, context))
    if kind == "Succeed":
        return sfn._apply_output_path(state, sfn._apply_input_path(state, given, context), context), None
    act = getattr(sfn, f"_execute_{kind.lower()}")
    if kind in ("Task", "Parallel", "Map"):
        return act(state, given, execution, context)  # type: ignore[no-any-return]
    return act(state, given, context)  # type: ignore[no-any-return]


def invoke_with_callback(resource: str, given: Any, token: str, state: Any) -> Any:
    """A state that waits for a task token, and with HeartbeatSeconds no longer than that for a sign of life."""
    if "HeartbeatSeconds" in state:
        watch = contextvars.copy_context().run
        silence = aws_clock.scaled(state["HeartbeatSeconds"])
        threading.Thread(target=watch, args=(_listen, token, silence), daemon=True).start()
    limits = {"TimeoutSeconds": aws_clock.scaled(state["TimeoutSeconds"])} if "TimeoutSeconds" in state else {}
    return _invoke_with_callback(resource, given, token, state | limits)


def _listen(token: str, seconds: float) -> None:
    executions.sleep(seconds)
    last = None
    while (waiting := sfn._task_tokens.get(token)) and waiting["heartbeat"] != last:
        last = waiting["heartbeat"]
        silent = (datetime.now(UTC) - datetime.fromisoformat(last)).total_seconds()
        executions.sleep(max(0.0, seconds - silent))
    if waiting:
        waiting["error"] = {"Error": "States.HeartbeatTimeout", "Cause": ""}
        waiting["event"].set()


def install() -> None:
    """Bound executions by these functions."""
    seams.replace(sfn, "_add_event", add_event, expected="b1db143ccd21")
    seams.replace(sfn, "_apply_parameters", apply_parameters, expected="a90d58220630")
    seams.replace(sfn, "_apply_result_selector", apply_result_selector, expected="2c9e674e99b4")
    seams.replace(sfn, "_error_matches", error_matches, expected="519b9dc729c5")
    seams.replace(sfn, "_execute_map", execute_map, expected="18ad39652912")
    seams.replace(sfn, "_fail_execution", fail, expected="e6da895fa0b7")
    seams.replace(sfn, "_invoke_with_callback", invoke_with_callback, expected="bbb38423156a")
    seams.replace(sfn, "_run_execution", run_execution, expected="996dff84e0e0")
    seams.replace(sfn, "_run_sub_machine", run_sub_machine, expected="f8d844168b14")
    seams.replace(sfn, "_start_execution", start_execution, expected="9923282fc76c")
    seams.replace(
        sfn, "_scaled_sleep", lambda seconds: executions.sleep(seconds * sfn._SFN_WAIT_SCALE), expected="5ed19df2efa9"
    )
