"""CloudWatch on this machine: figures of AWS's own services, figures in functions' logs, alarms that look at them.

An alarm looks at all points of its last EvaluationPeriods together, not at each period by itself.
"""

import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from ministack import app
from ministack.core.responses import request_scope
from ministack.services import apigateway_v1, cloudwatch, sqs
from ministack.services import stepfunctions as sfn

from local.emulator import seams

LOG = logging.getLogger("local.metrics")
LOOK_SECONDS = 1.0
EXECUTIONS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
Point = dict[str, Any]
Answering = Callable[..., Awaitable[Any]]

_emit_status = sfn._emit_execution_status_event


def embedded(line: str) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    """Namespace, name, value, unit and dimensions of each figure in a log line in CloudWatch's embedded format."""
    try:
        told = json.loads(line) if '"_aws"' in line else {}
        for each in told.get("_aws", {}).get("CloudWatchMetrics", ()):
            for metric in each["Metrics"]:
                values = told[metric["Name"]]
                for names in each["Dimensions"]:
                    dimensions = {name: str(told[name]) for name in names}
                    for value in values if isinstance(values, list) else [values]:
                        yield each["Namespace"], metric["Name"], value, metric.get("Unit", "None"), dimensions
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # CloudWatch ignores what is not in the format too


def record_log(line: str) -> None:
    """Record the figures of a function's log line."""
    for figure in embedded(line):
        cloudwatch.record_metric(*figure)


def emit_status(execution: dict[str, Any]) -> None:
    """Announce an execution's status and count it."""
    _emit_status(execution)
    machine = {"StateMachineArn": execution["stateMachineArn"]}
    cloudwatch.record_metric("AWS/States", EXECUTIONS[execution["status"]], 1, "Count", machine)


def measuring(answer: Answering) -> Answering:
    """What API Gateway answers, counted and timed."""

    async def measured(host: str, path: str, *rest: Any, **named: Any) -> Any:
        began = time.perf_counter()
        answered = await answer(host, path, *rest, **named)
        addressed = app._parse_execute_api_url(host, path)
        api = apigateway_v1._rest_apis.get(addressed[0]) if addressed else None
        if api:
            _record_answer(api["name"], int(answered[0]), (time.perf_counter() - began) * 1000)
        return answered

    return measured


def _record_answer(api: str, status: int, milliseconds: float) -> None:
    figures = {"Count": 1, "4XXError": status // 100 == 4, "5XXError": status // 100 == 5}
    for name, value in figures.items():
        cloudwatch.record_metric("AWS/ApiGateway", name, value, "Count", {"ApiName": api})
    cloudwatch.record_metric("AWS/ApiGateway", "Latency", milliseconds, "Milliseconds", {"ApiName": api})


def record_queue(queue: dict[str, Any], now: float) -> None:
    """Record how many messages of a queue wait, and for how long; like AWS nothing for a queue that is empty."""
    waiting = [message["sent_at"] for message in list(queue["messages"])]
    if waiting:
        dimensions = {"QueueName": queue["name"]}
        cloudwatch.record_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", len(waiting), "Count", dimensions)
        age = now - min(waiting)
        cloudwatch.record_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", age, "Seconds", dimensions)


def evaluate(alarm: dict[str, Any]) -> None:
    """Give an alarm the state that its own metric's points have it in; without any it is OK, if it says so."""
    points = list(_points(alarm))
    if not points and alarm.get("TreatMissingData") != "notBreaching":
        return
    name = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points) if points else None
    state = "ALARM" if value is not None and _breaches(value, alarm) else "OK"
    before = alarm["StateValue"]
    if state != before:
        reason = f"{name} of {alarm['MetricName']} is {value}: {alarm['ComparisonOperator']} {alarm['Threshold']}"
        alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
        if (before, state) != ("INSUFFICIENT_DATA", "OK"):
            cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)


def _points(alarm: dict[str, Any]) -> Iterator[Point]:
    wanted = {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or ()}
    since = time.time() - alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1)
    for (namespace, name, _), points in list(cloudwatch._metrics.items()):
        if (namespace, name) == (alarm.get("Namespace"), alarm.get("MetricName")):
            yield from (one for one in points if one["Dimensions"] == wanted and one["Timestamp"] >= since)


def _breaches(value: float, alarm: dict[str, Any]) -> bool:
    threshold, operator = alarm["Threshold"], alarm["ComparisonOperator"]
    if operator.startswith("GreaterThan"):
        return bool(value > threshold or ("OrEqual" in operator and value == threshold))
    return bool(value < threshold or ("OrEqual" in operator and value == threshold))


def look() -> None:
    """Record every queue and evaluate every alarm, once."""
    now = time.time()
    for scope, queue in list(sqs._queues.all_items()):
        with request_scope(scope[0], scope[1]):
            record_queue(queue, now)
    for scope, alarm in list(cloudwatch._alarms.all_items()):
        with request_scope(scope[0], scope[1]):
            evaluate(alarm)


def watch() -> None:
    """Look again and again."""
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            look()
        except Exception:
            LOG.exception("alarms were not looked at")


def install() -> None:
    """Record and evaluate through these functions."""
    seams.replace(
        app,
        "_handle_execute_api_request",
        measuring(app._handle_execute_api_request),
        expected="77a20f6d604b",
        over="firewall",
    )  # the firewall included
    seams.replace(sfn, "_emit_execution_status_event", emit_status, expected="9c89e45693e3")
    seams.replace(cloudwatch, "_evaluate_alarm", evaluate, expected="a0b0acd3d432")
    threading.Thread(target=watch, daemon=True, name="metrics").start()
