"""Which execution of Step Functions a thread works for, and whether anybody still waits for what it does."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions as sfn

Execution = Mapping[str, Any]
LOOK_SECONDS = 0.05

current: ContextVar[Execution | None] = ContextVar("execution", default=None)
given_up: ContextVar[threading.Event | None] = ContextVar("given_up", default=None)
"""Set once the state that a thread works for has timed out."""


class ExecutionEnded(sfn._ExecutionError):  # type: ignore[misc]
    """Nobody waits for this state any more: no Retry or Catch of the definition may see it."""

    NAME = "Local.ExecutionEnded"

    def __init__(self) -> None:
        super().__init__(self.NAME, "nobody waits for this")


@contextmanager
def working_for(execution: Execution) -> Iterator[None]:
    """What happens inside, happens for this execution."""
    token = current.set(execution)
    try:
        yield
    finally:
        current.reset(token)


def involved() -> list[Execution]:
    """The execution that this thread works for, and the one whose distributed Map it belongs to."""
    execution = current.get() or {}
    parent = sfn._map_runs.get(execution.get("mapRunArn") or "") or {}
    return [one for one in (execution, sfn._executions.get(parent.get("executionArn") or "")) if one]


def timed_out() -> bool:
    """Whether the state or the execution has timed out: what they wait for is not stopped then."""
    abandoned = given_up.get()
    return bool(abandoned and abandoned.is_set()) or any(one["status"] == "TIMED_OUT" for one in involved())


def nobody_waits() -> bool:
    """Whether the execution has ended or its state has timed out."""
    return timed_out() or any(one["status"] != "RUNNING" for one in involved())


def require_waiting() -> None:
    """Start nothing for an execution that has ended."""
    if nobody_waits():
        raise ExecutionEnded


def sleep(seconds: float) -> None:
    """Wait so long, or until the execution has ended."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        require_waiting()
        time.sleep(min(left, LOOK_SECONDS))
