"""Money: what ended tasks, requests and storage cost, in millionths of a USD.

Fargate bills a task from the pull of its image to its end, by the second, a minute at least (AWS Fargate pricing).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from vod import keys
from vod.money.prices import Fargate, Prices
from vod.plan.sizing import FREE_DISK_GIB, TaskSize

MICRO = 10**6
_LEAST_SECONDS = 60
SPOT = "FARGATE_SPOT"
_GB = 10**9
_TRANSITIONS_RUN, _TRANSITIONS_TASK = 8, 2


@dataclass(frozen=True, slots=True)
class EndedTask:
    """A Fargate task that encoded for a video: what it had, the seconds it is billed for, the day (UTC) it ended."""

    id: str
    video_id: str
    run: str
    size: TaskSize
    seconds: int
    is_spot: bool
    day: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the tasks of a video, or of a day, came to: how many, their billed seconds, millionths of a USD."""

    tasks: int = 0
    seconds: int = 0
    micro_usd: int = 0


def ended_task(detail: Mapping[str, Any]) -> EndedTask | None:
    """The task of an `ECS Task State Change` event; None when it is not one of an encoder, or was never billed."""
    run = run_of_task(detail)
    began, ended = detail.get("pullStartedAt") or detail.get("startedAt"), detail.get("stoppedAt")
    if not run or not began or not ended:
        return None
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
    return EndedTask(
        id=detail["taskArn"].rsplit("/", 1)[1],
        video_id=run[0],
        run=run[1],
        size=TaskSize(int(detail["cpu"]), int(detail["memory"]), _disk(detail)),
        seconds=billed(seconds),
        is_spot=detail.get("capacityProviderName") == SPOT,
        day=ended[:10],
    )


def _disk(detail: Mapping[str, Any]) -> int:
    return int((detail.get("ephemeralStorage") or {}).get("sizeInGiB", FREE_DISK_GIB))


def run_of_task(task: Mapping[str, Any]) -> tuple[str, str] | None:
    """The video's id and run that an ECS task encodes, from its command; None for a task that is no encoder."""
    words = [word for each in task["overrides"]["containerOverrides"] for word in each.get("command", ())]
    return next(filter(None, map(keys.planned_run, words)), None)


def billed(seconds: float) -> int:
    """The seconds that Fargate bills for a task of so many."""
    return max(_LEAST_SECONDS, ceil(seconds))


def of_task(size: TaskSize, seconds: int, is_spot: bool, price: Fargate) -> int:
    """What a task cost that had this size for so many billed seconds."""
    more_disk = size.disk - FREE_DISK_GIB
    return _micro(seconds / 3600 * price.hour(size.cpu / 1024, size.memory / 1024, is_spot, more_disk))


def of_function(memory: int, seconds: float, price: Fargate) -> int:
    """What a function of so many MiB cost that ran for so many seconds."""
    return _micro(seconds * memory / 1024 * price.function_gb_second)


def of_requests(objects: int, tasks: int, prices: Prices) -> int:
    """What storing so many objects and running a video's functions and state machine cost."""
    transitions = _TRANSITIONS_RUN + _TRANSITIONS_TASK * tasks
    thousands = objects * prices.s3.put_thousand + transitions * prices.transition_thousand
    return _micro(thousands / 1000 + prices.functions_run)


def of_reads(reads: int, prices: Prices) -> int:
    """What so many reads of S3 cost."""
    return _micro(reads / 1000 * prices.s3.get_thousand)


def of_month(size: int, prices: Prices) -> int:
    """What keeping so many bytes costs for a month."""
    return _micro(size / _GB * prices.s3.gb_month)


def _micro(usd: float) -> int:
    return ceil(usd * MICRO)
