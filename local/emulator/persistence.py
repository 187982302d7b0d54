"""State that survives: saved every few seconds, and executions that a stop interrupted are run again."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core.persistence import save_all
from ministack.core.responses import request_scope
from ministack.services import stepfunctions as sfn

from local.emulator import connections, seams

LOG = logging.getLogger("local.persistence")
INTERRUPTED = "States.ServiceRestart"
RESUME_AFTER_SECONDS = 1.0
_SAVES_AFTER = 2
"""Further saves when all was answered: queues and streams pass on what was said."""

_saving = threading.Lock()
_restore = sfn.load_persisted_state


def save() -> None:
    """Write every service's state to disk."""
    with _saving:
        save_all(app._build_persistence_save_dict())


def save_every(seconds: float) -> None:
    """Save in the background: a killed emulator loses no more than `seconds` of its control plane.

    Nothing is saved while nothing happens, and no more than half of the time: saving takes a second.
    """

    def loop() -> None:
        before, still, spent = -1, 0, 0.0
        while True:
            time.sleep(max(seconds, spent))
            now = connections.answered()
            still = 0 if now != before or _is_executing() else still + 1
            before = now
            if still <= _SAVES_AFTER:
                began = time.monotonic()
                save()
                spent = time.monotonic() - began

    threading.Thread(target=loop, daemon=True, name="autosave").start()


def _is_executing() -> bool:
    return any(execution.get("status") == "RUNNING" for _, execution in list(sfn._executions.all_items()))


def revive(executions: Any) -> list[tuple[str, str, str]]:
    """Set interrupted executions back to RUNNING; (account, region, ARN) of each."""
    revived = []
    for (account, region, arn), execution in executions.all_items():
        if execution.get("error") == INTERRUPTED and not execution.get("mapRunArn"):
            execution.update(status="RUNNING", stopDate=None, error=None, cause=None, output=None)
            revived.append((account, region, arn))
    return revived


def resume(revived: list[tuple[str, str, str]], run: Callable[[str], None]) -> None:
    """Run each execution from its first state: on AWS it would not have stopped, and our states may be repeated."""
    for account, region, arn in revived:
        LOG.info("resuming %s", arn)
        threading.Thread(target=_in_scope, args=(account, region, run, arn), daemon=True).start()


def _in_scope(account: str, region: str, run: Callable[[str], None], arn: str) -> None:
    with request_scope(account, region):
        run(arn)


def restore(state: Any) -> Any:
    """Load Step Functions' saved state, then resume what was running once everything else is loaded too."""
    loaded = _restore(state)
    revived = revive(sfn._executions)
    if revived:
        threading.Timer(RESUME_AFTER_SECONDS, resume, (revived, sfn._run_execution)).start()
    return loaded


def install(autosave_seconds: float) -> None:
    """Start saving, and resume on load."""
    seams.replace(sfn, "load_persisted_state", restore, expected="6f58d9dc1e6e")
    save_every(autosave_seconds)
