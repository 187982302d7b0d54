"""A function's worker as Lambda keeps an environment: limited, stopped between calls, replaced when it ends."""

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker

from local.emulator import aws_clock, latencies

LOG = logging.getLogger("local.lambdas")
RAISED = "__raised__"
"""The only key of a result that is an error with a type: ministack itself knows one type for all."""
REPORT = "REPORT %s: %.2f s, %.2f s of CPU, %s"
"""What Lambda's log says of a call, but for memory."""
INIT_SECONDS = 10.0
WATCH_SECONDS = 0.1
_MIB = 2**20
_cores = os.cpu_count() or 1
_turns, _slow_turns = threading.BoundedSemaphore(_cores), threading.BoundedSemaphore(4 * _cores)
"""Calls of functions that compute on several cores: this machine has so many, and no more. In slow motion a call mostly
waits for answers, and others can compute meanwhile."""
_GONE = (ProcessLookupError, FileNotFoundError)
starting: ContextVar["FunctionWorker"] = ContextVar("starting")
"""The worker that is being started in this thread."""


class InitTooLong(RuntimeError):
    """The function's module was not loaded in time."""


def fatal(kind: str, request_id: str, why: str) -> dict[str, Any]:
    """The answer to an invocation whose process ended: AWS's type and words, without a stack."""
    error = {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {why}"}
    return {"status": "ok", "result": {RAISED: error}}


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    with contextlib.suppress(*_GONE):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def _kilobytes(pid: int, file: str, *names: str) -> int:
    with contextlib.suppress(*_GONE, PermissionError):
        rows = (line.partition(":") for line in Path(f"/proc/{pid}/{file}").read_text().splitlines())
        return sum(int(value.split()[0]) for name, _, value in rows if name in names)
    return 0


def holds_more(pid: int, allowed: int) -> bool:
    """Whether a process and its descendants hold more than so many bytes beside files."""
    at_most = sum(_kilobytes(one, "status", "RssAnon", "RssShmem") for one in family(pid))
    # A page that a fork shares is counted once here, which takes longer to find out.
    return 1024 * at_most > allowed and 1024 * exactly(pid) > allowed


def exactly(pid: int) -> int:
    """The KiB that they hold. What a worker shares with the process it was forked from counts as its own."""
    held = sum(_kilobytes(one, "smaps_rollup", "Pss_Anon", "Pss_Shmem") for one in family(pid) if one != pid)
    return held + _kilobytes(pid, "status", "RssAnon", "RssShmem")


def waited(pid: int) -> float:
    """Seconds that a process was ready to run and had no processor: a crowded machine is not the function's fault."""
    with contextlib.suppress(*_GONE):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def signal_all(process: "subprocess.Popen[str] | None", number: signal.Signals) -> None:
    """Send a signal to a worker and everything it started."""
    if process is None or process.poll() is not None:
        return
    try:
        os.killpg(process.pid, number)  # function_init.py makes it a group
    except ProcessLookupError:
        if number == signal.SIGKILL:
            process.kill()


def end(process: "subprocess.Popen[str] | None") -> None:
    """End a worker as Lambda ends one without extensions: at once."""
    signal_all(process, signal.SIGKILL)


@contextmanager
def watched(look: Callable[[float], None]) -> Iterator[None]:
    """While the body runs, `look` now and then, with the seconds since it began."""
    done = threading.Event()

    def watch() -> None:
        turn = 0
        while not done.wait(WATCH_SECONDS):
            turn += 1
            look(turn * WATCH_SECONDS)

    watcher = threading.Thread(target=watch, daemon=True, name="function-watch")
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


class FunctionWorker(Worker):  # type: ignore[misc]
    """One environment of a function: 10 s to load, the template's memory, no time between calls."""

    def __init__(self, name: str, config: dict[str, Any], code: bytes) -> None:
        limit = aws_clock.scaled(float(config.get("Timeout", 3)))
        super().__init__(name, {**config, "Timeout": limit} if aws_clock.is_on() else config, code)
        self._verdict = ""
        self._loading: float | None = None
        """CPU seconds of its last start, until a call was told of them."""

    def _spawn(self) -> None:
        """Load the function: in 10 s, or once more in the time that a call may take (Lambda's own second try)."""
        try:
            self._load(aws_clock.scaled(INIT_SECONDS))
        except InitTooLong:
            LOG.warning("%s: loading took longer than %.0f s and begins anew", self.func_name, INIT_SECONDS)
            self._load(float(self.config.get("Timeout", 3)))
        self._loading = self._cpu_seconds()

    def _load(self, seconds: float) -> None:
        self._verdict = ""
        token = starting.set(self)
        try:
            with watched(lambda spent: self._look(spent, seconds)):
                super()._spawn()
        except RuntimeError as failed:
            if self._verdict == "time":
                raise InitTooLong(f"not loaded within {seconds:.0f} s") from failed
            raise
        finally:
            starting.reset(token)

    def _look(self, spent: float, most: float | None = None) -> None:
        process = self._proc
        if process is None or process.poll() is not None:
            return
        if most is not None and spent - waited(process.pid) > most:
            self._condemn(process, "time")
        elif holds_more(process.pid, int(self.config.get("MemorySize", 128)) * _MIB):
            self._condemn(process, "memory")

    def _condemn(self, process: "subprocess.Popen[str]", verdict: str) -> None:
        self._verdict = verdict
        end(process)

    def invoke(self, event: Any, request_id: str, **context: Any) -> dict[str, Any]:
        """One call; the process is stopped again when it has answered."""
        asked, memory = time.monotonic(), int(self.config.get("MemorySize", 128))
        self._loading = None
        turns = _slow_turns if aws_clock.is_on() else _turns
        with turns if memory > latencies.LARGE_MIB else nullcontext():
            began = asked if aws_clock.is_on() else time.monotonic()
            answer, cpu = self._invoke(event, request_id, **context)
        if cpu is None:
            return answer
        code_mb = latencies.code_mb([str(each.get("Arn", "")) for each in self.config.get("Layers") or ()])
        call = latencies.Call(memory, code_mb, cpu - (self._loading or 0.0), self._loading)
        aws_clock.settle(self.func_name, call, time.monotonic() - began)
        kind = "warm" if self._loading is None else "cold"
        LOG.info(REPORT, self.func_name, (time.monotonic() - began) / aws_clock.scaled(1.0), cpu, kind)
        return answer

    def _invoke(self, event: Any, request_id: str, **context: Any) -> tuple[dict[str, Any], float | None]:
        """Its answer, and the CPU seconds that it took, those of loading included; None where it never began."""
        self._verdict = ""
        signal_all(self._proc, signal.SIGCONT)
        known, before = self._proc, self._cpu_seconds()
        try:
            with watched(self._look):
                answer = super().invoke(event, request_id, **context)
        except InitTooLong:
            told = f"Task timed out after {self.config.get('Timeout', 3)}.00 seconds"
            return {"status": "error", "error": told}, None
        used = self._cpu_seconds() - (before if self._proc is known else 0.0)
        self.stop()
        return self._explained(answer, request_id), used

    def _cpu_seconds(self) -> float:
        """What the process has used, and all that it started and waited for."""
        with contextlib.suppress(*_GONE):
            if self._proc:
                used = Path(f"/proc/{self._proc.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
                return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def _explained(self, answer: dict[str, Any], request_id: str) -> dict[str, Any]:
        if answer.get("error") != "Worker process died":
            return answer
        if self._verdict == "memory":
            died = fatal("Runtime.OutOfMemory", request_id, "Runtime exited with error: signal: killed")
        else:
            died = fatal("Runtime.ExitError", request_id, "Runtime exited without providing a reason")
        return {**answer, **died}

    def stop(self) -> None:
        """Give it no time until the next call."""
        signal_all(self._proc, signal.SIGSTOP)
