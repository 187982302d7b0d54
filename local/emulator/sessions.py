"""The session of a function's role ends, as on AWS: what it signed ends with it, and the function goes on with another.

On AWS an environment does not outlive its credentials. A task's session has no end here: ECS renews it meanwhile.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.services import sts

from local.emulator import faults, seams

LIFETIME_SECONDS = 6 * 3600
REMEMBERED_SECONDS = 24 * 3600
"""So long an ended session is known to have ended; later it was never there."""
OF_ENVIRONMENT = "_environment"

_credentials = lambda_runtime.execution_credentials


_ended_before = 0.0


def ended_before() -> float:
    """Sessions that began before this moment are over, by a fault that was asked for, also once that is taken back."""
    global _ended_before
    with suppress(FileNotFoundError):
        _ended_before = max(_ended_before, faults.file(faults.SESSIONS).stat().st_mtime)
    return _ended_before


def has_ended(key: str) -> bool:
    """Whether that fault ended what this access key signed; a call under way keeps its session to its own end."""
    session = sts._sessions.get(key, {})
    return bool(session.get(OF_ENVIRONMENT) and session["IssuedAt"] < ended_before())


def is_of_environment(key: str) -> bool:
    """Whether a session is a function's own, not one that it was handed for a run."""
    return bool(sts._sessions.get(key, {}).get(OF_ENVIRONMENT))


def credentials(config: dict[str, Any]) -> dict[str, str]:
    """A session of its own for each environment of a function, with an end."""
    endless = dict(_credentials(config))
    if "Runtime" not in config:  # made up by ecs.py for a task
        return endless
    known, now = sts._sessions[endless["AWS_ACCESS_KEY_ID"]], time.time()
    key = faults.SESSION_KEY + secrets.token_hex(8).upper()
    secret, token = secrets.token_hex(20), secrets.token_hex()
    times = {OF_ENVIRONMENT: True, "IssuedAt": now, "Expiration": now + LIFETIME_SECONDS}
    sts.register_session(key, {**known, **times, "SecretAccessKey": secret, "SessionToken": token})
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def spawning(spawn: Callable[[Worker], None]) -> Callable[[Worker], None]:
    """The start of an environment, which notes when its session begins."""

    def start(worker: Worker) -> None:
        worker.session_began = time.time()
        spawn(worker)

    return start


def invoking(invoke: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An invocation, in a new environment where the session is over or could end before it does."""

    def run(worker: Worker, *arguments: Any, **named: Any) -> dict[str, Any]:
        began, done_by = getattr(worker, "session_began", None), time.time() + float(worker.config.get("Timeout", 30))
        if began and (began < ended_before() or began + LIFETIME_SECONDS < done_by):
            worker.kill()
        return invoke(worker, *arguments, **named)

    return run


def forget_ended_sessions() -> None:
    """Forget sessions that ended long ago; ministack forgets them at once, and then calls their key unknown."""
    before = time.time() - REMEMBERED_SECONDS
    # Others begin meanwhile: what is looked through is a copy.
    for key in [key for key, session in list(sts._sessions.items()) if _end(session) < before]:
        sts._sessions.pop(key, None)


def _end(session: Mapping[str, Any]) -> float:
    end = session.get("Expiration")
    return float(end) if isinstance(end, (int, float)) else float("inf")


def install() -> None:
    """Give functions such sessions."""
    seams.replace(lambda_runtime, "execution_credentials", credentials, expected="cffaadc4f396")
    seams.replace(Worker, "_spawn", spawning(Worker._spawn), expected="c55febf95656")
    seams.replace(Worker, "invoke", invoking(Worker.invoke), expected="96751a754710")
    seams.replace(sts, "_evict_expired_sessions", forget_ended_sessions, expected="67ddc890eea7")
