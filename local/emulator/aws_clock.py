"""AWS's clock, where it is asked for (`make up CLOCK=aws`): what AWS takes time for takes that time here too.

A function computes as long as on the share of a core that its memory buys. A machine with fewer cores than AWS lends at
once needs slow motion: every second of that clock, of timeouts and of waits lasts `slower` seconds here.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core.router import extract_access_key_id
from ministack.services import dynamodb, lambda_svc, s3

from local.emulator import faults, latencies, seams, sessions
from local.emulator.latencies import Call, Latency

LOG = logging.getLogger("local.aws_clock")
TOO_BUSY = "%s took %.1f s longer than it would on AWS: this machine is too busy; go slower"
LATE, COMPUTES_SECONDS = 0.2, 2.0
"""A function that computes for so long mostly computes; if it is late by such a part, others had the cores."""
LOOK_SECONDS = 0.5

_slower: float | None = None
_dispatch = app._dispatch_service_request
_fire = s3._fire_s3_event
_stream_end = dynamodb.stream_end_position
_since = dynamodb.stream_records_since
_poll_streams = lambda_svc._poll_dynamodb_streams


def is_on() -> bool:
    """Whether this clock is used."""
    return _slower is not None


def scaled(seconds: float) -> float:
    """Seconds of that clock in seconds here; as they are without it."""
    return seconds * (_slower or 1.0)


def pause(latency: Latency) -> None:
    """Let that much time pass, if this clock is used."""
    if is_on():
        time.sleep(scaled(latency.seconds))


def pause_while(latency: Latency, wanted: Callable[[], bool]) -> None:
    """The same, or until nobody wants to wait for it any more."""
    until = time.monotonic() + (scaled(latency.seconds) if is_on() else 0.0)
    while (left := until - time.monotonic()) > 0 and wanted():
        time.sleep(min(left, LOOK_SECONDS))


def settle(name: str, call: Call, elapsed: float) -> None:
    """Answer a call of a function no sooner than AWS would."""
    if not is_on():
        return
    left = call.seconds_left(elapsed, scaled(1.0))
    if -left > LATE * elapsed and call.cpu > COMPUTES_SECONDS:
        LOG.warning(TOO_BUSY, name, -left / scaled(1.0))
    time.sleep(max(0.0, left))


def service_of(headers: dict[str, str]) -> str:
    """The service that a signed request is for; an address that was signed is S3's."""
    words = headers.get("authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    return words[3] if len(words) > 3 else "s3"


async def dispatch(
    method: str, path: str, headers: dict[str, str], body: bytes, query: Any, request_id: str, *rest: Any
) -> Any:
    """A request of a function or a task, which takes its time; that of a client who uploads takes what it takes."""
    key = extract_access_key_id(headers, query)
    is_upload = method == "PUT" and "authorization" not in headers and sessions.is_of_environment(key)
    if key.startswith(faults.SESSION_KEY) and not is_upload:
        await asyncio.sleep(scaled(latencies.request(service_of(headers))))
    return await _dispatch(method, path, headers, body, query, request_id, *rest)


def fire(*arguments: Any, **named: Any) -> None:
    """S3's event, in a thread of its own, until its message can be received."""
    pause(latencies.S3_EVENT)
    pause(latencies.QUEUE)
    _fire(*arguments, **named)


class LateStreams:
    """What of each table's stream can be read: what came to it some time ago."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[tuple[float, int]]] = {}

    def end(self, table: str, **scope: Any) -> int:
        """Position behind the newest record, which is looked at again and again."""
        end, seen = int(_stream_end(table, **scope)), self._seen.setdefault(table, deque())
        if not seen or seen[-1][1] != end:
            seen.append((time.monotonic(), end))
        return end

    def since(self, table: str, position: int, limit: int, **scope: Any) -> list[Any]:
        """Records from a position on, as far as they can be read by now."""
        seen, before = self._seen.get(table, deque()), time.monotonic() - scaled(latencies.STREAM.seconds)
        while len(seen) > 1 and seen[1][0] <= before:
            seen.popleft()
        readable = seen[0][1] if seen and seen[0][0] <= before else 0
        return list(_since(table, position, limit, **scope))[: max(0, readable - position)]


class StreamTriggers:
    """Streams are read beside queues: while a function works on a batch, messages of others are taken."""

    def __init__(self) -> None:
        self._is_reading = threading.Lock()

    def poll(self) -> bool:
        """Begin to read all streams unless that is going on; the queues need not look again for it."""
        if self._is_reading.acquire(blocking=False):
            threading.Thread(target=self._read, daemon=True, name="streams").start()
        return False

    def _read(self) -> None:
        try:
            while _poll_streams():
                pass
        finally:
            self._is_reading.release()


def install(slower: float) -> None:
    """Use this clock, so many times slower than it should be."""
    global _slower, _dispatch
    _slower = slower
    _dispatch = app._dispatch_service_request  # storms and refusals come after the wait
    seams.replace(app, "_dispatch_service_request", dispatch, expected="17e5ef6dcfa0", over="bucket_cors")
    seams.replace(s3, "_fire_s3_event", fire, expected="2ab38cfade76")
    streams = LateStreams()
    seams.replace(dynamodb, "stream_end_position", streams.end, expected="d0483912696d")
    seams.replace(dynamodb, "stream_records_since", streams.since, expected="aed31a353fda")
    seams.replace(lambda_svc, "_poll_dynamodb_streams", StreamTriggers().poll, expected="2b2460e933a9")
