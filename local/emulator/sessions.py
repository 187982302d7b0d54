"""The session of a function's role ends, as on AWS: what it signed ends with it, and the function goes on with another.

On AWS an environment does not outlive its credentials. A task's session has no end here: ECS renews it meanwhile.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.services import sts

from local.emulator import faults

LIFETIME_SECONDS = 6 * 3600
REMEMBERED_SECONDS = 24 * 3600
"""So long an ended session is known to have ended; later it was never there."""

_credentials = lambda_runtime.execution_credentials


def lifetime() -> float:
    """How many seconds a session that begins now will last."""
    return float(faults.asked(faults.SESSIONS).get("seconds", LIFETIME_SECONDS))


def credentials(config: dict[str, Any]) -> dict[str, str]:
    """A session of its own for each environment of a function, with an end."""
    endless = dict(_credentials(config))
    if "Runtime" not in config:  # made up by ecs.py for a task
        return endless
    known = sts._sessions[endless["AWS_ACCESS_KEY_ID"]]
    key, secret, token = (
        f"{faults.SESSION_KEY}{secrets.token_hex(8).upper()}",
        secrets.token_hex(20),
        secrets.token_hex(),
    )
    ends = {"SecretAccessKey": secret, "SessionToken": token, "Expiration": time.time() + lifetime()}
    sts.register_session(key, {**known, **ends})
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def spawning(spawn: Callable[[Worker], None]) -> Callable[[Worker], None]:
    """The start of an environment, which notes when its session ends."""

    def start(worker: Worker) -> None:
        worker.session_ends = time.time() + lifetime()
        spawn(worker)

    return start


def invoking(invoke: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An invocation, in a new environment where the session could end before it does, or shorter ones are asked for."""

    def run(worker: Worker, *arguments: Any, **named: Any) -> dict[str, Any]:
        ends, now = getattr(worker, "session_ends", None), time.time()
        if ends and not now + float(worker.config.get("Timeout", 30)) <= ends <= now + lifetime():
            worker.kill()
        return invoke(worker, *arguments, **named)

    return run


def forget_ended_sessions() -> None:
    """Forget sessions that ended long ago; ministack forgets them at once, and then calls their key unknown."""
    before = time.time() - REMEMBERED_SECONDS
    for key in [key for key, session in sts._sessions.items() if _end(session) < before]:
        sts._sessions.pop(key, None)


def _end(session: Mapping[str, Any]) -> float:
    end = session.get("Expiration")
    return float(end) if isinstance(end, (int, float)) else float("inf")


def install() -> None:
    """Give functions such sessions."""
    lambda_runtime.execution_credentials = credentials
    Worker._spawn, Worker.invoke = spawning(Worker._spawn), invoking(Worker.invoke)
    sts._evict_expired_sessions = forget_ended_sessions
