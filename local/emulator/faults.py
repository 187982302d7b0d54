"""Faults that are asked for: while a file of its name lies in the state folder's `faults`, one happens."""

import json
import logging
import random
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core.responses import StreamingResponse
from ministack.core.router import extract_access_key_id

from local.emulator import seams

NO_CAPACITY = "no-capacity"
"""Fargate has no capacity for a task, on Spot or on demand; if the file holds a number, for that chunk alone."""
STORM = "storm"
"""A share of what functions and tasks ask of DynamoDB and S3 is throttled, or done and answered with an error.

The file is JSON: `{"throttled": 0.1, "lost": 0.05}`.
"""
BROKEN_BODIES = "broken-bodies"
"""A share of the objects that functions and tasks get from S3 break off: the connection ends before the body does.

The file is JSON: `{"share": 0.3}`.
"""
SESSIONS = "ended-sessions"
"""What functions signed in sessions that began before the file was written is over; they go on (sessions.py)."""
CLOCK = "clock"
"""Functions that start have a wrong clock (wrong_clock.py)."""
NO_WALL = "no-wall"
"""Functions that start are refused nothing: releases before 0.2 need what Lambda does not give."""
NO_LANDLOCK, NO_SECCOMP = "no-landlock", "no-seccomp"
"""Tasks that start find a kernel without Landlock, or one that refuses seccomp filters."""
SMALL_DISK = "small-disk"
"""The disks of tasks that start have only so many bytes: the file's content."""
SESSION_KEY = "ASIA"
"""How access keys of roles' sessions begin."""
Answer = tuple[int, dict[str, str], bytes]

LOG = logging.getLogger("local.faults")

_folder = Path("faults")
_dispatch = app._dispatch_service_request


def file(fault: str) -> Path:
    """The file that asks for a fault."""
    return _folder / fault


def happens(fault: str) -> bool:
    """Whether a fault is asked for."""
    return file(fault).exists()


def asked(fault: str) -> dict[str, float]:
    """What a fault's file asks for; nothing without the file, or when it went meanwhile."""
    try:
        return dict(json.loads(file(fault).read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def refusal(service: str, lost: bool) -> Answer:
    """The service's answer to a request that it throttles, or whose own answer was lost."""
    if service == "dynamodb":
        code = "InternalServerError" if lost else "ProvisionedThroughputExceededException"
        body = json.dumps(
            {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "A fault that was asked for"}
        )
        return 500 if lost else 400, {"Content-Type": "application/x-amz-json-1.0"}, body.encode()
    code = "InternalError" if lost else "SlowDown"
    text = f"<Error><Code>{code}</Code><Message>A fault that was asked for</Message></Error>"
    return 500 if lost else 503, {"Content-Type": "application/xml"}, text.encode()


def stormy_service(headers: dict[str, str]) -> str | None:
    """The service that a role's session asks, if storms reach it."""
    if not extract_access_key_id(headers).startswith(SESSION_KEY):
        return None
    scope = headers.get("authorization", "")
    return next((service for service in ("dynamodb", "s3") if f"/{service}/aws4_request" in scope), None)


def breaks_off(answer: Any) -> Any:
    """An answer whose connection ends before its body does."""
    status, headers, body = answer
    part = bytes(body[: random.randrange(len(body))])  # noqa: S311 - weather
    LOG.info("a body breaks off after %d of %d bytes", len(part), len(body))

    async def send_part(send: Any, _: Any) -> None:
        await send({"type": "http.response.body", "body": part, "more_body": True})

    return status, headers, StreamingResponse(send_part)


def is_object(method: str, headers: dict[str, str], query: Any, answer: Any) -> bool:
    """Whether a role's session is given an object of S3, or a part of one."""
    is_session = extract_access_key_id(headers, query).startswith(SESSION_KEY)
    status, given, body = answer
    return method == "GET" and is_session and status in (200, 206) and bool(body) and "Accept-Ranges" in given


async def dispatch(
    method: str, path: str, headers: dict[str, str], body: bytes, query: Any, request_id: str, *rest: Any
) -> Any:
    """A request to a service, in a storm perhaps refused, or done without a word about it."""
    service = stormy_service(headers) if happens(STORM) else None
    shares = asked(STORM) if service else {}
    chance = random.random()  # noqa: S311 - weather
    if service and chance < shares.get("throttled", 0):
        return refusal(service, lost=False)
    answer = await _dispatch(method, path, headers, body, query, request_id, *rest)
    if service and chance > 1 - shares.get("lost", 0):
        return refusal(service, lost=True)
    if happens(BROKEN_BODIES) and chance < asked(BROKEN_BODIES).get("share", 0):
        return breaks_off(answer) if is_object(method, headers, query, answer) else answer
    return answer


def is_full(command: list[str]) -> bool:
    """Whether Fargate has no capacity for a task with this command."""
    try:
        chunk = file(NO_CAPACITY).read_text()
    except FileNotFoundError:
        return False
    return not chunk or chunk in command


def small_disk() -> int | None:
    """How many bytes disks have that are asked to be small."""
    try:
        return int(file(SMALL_DISK).read_text())
    except (FileNotFoundError, ValueError):
        return None


def install(state: Path) -> None:
    """Look for faults in this state folder."""
    global _folder
    _folder = state / "faults"
    seams.replace(app, "_dispatch_service_request", dispatch, expected="17e5ef6dcfa0")
