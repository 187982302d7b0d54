"""The emulator as a child of the launcher: started, awaited, and ended with it however it ends."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 15
POLL_SECONDS = 0.05
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "IMAGEIO_FFMPEG_EXE")


class StartError(RuntimeError):
    """The platform could not start; the text says what to do."""


@dataclass(slots=True)
class Emulator:
    """A running emulator; `hold` is the write end of its lifeline, and only this process has it."""

    child: subprocess.Popen[bytes]
    hold: int
    port: int
    log: Path

    def stop(self) -> None:
        """Let go of it: it saves its state and ends; by force when it takes too long."""
        if self.hold >= 0:
            os.close(self.hold)
            self.hold = -1
        try:
            self.child.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)  # Lambda workers that have not noticed yet


def environment(state: Path) -> dict[str, str]:
    """A clean environment: no credentials, profiles or Python paths of the user reach the emulator."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    # The account's files are not ours to read: boto3 would look for ~/.aws.
    return {**kept, "HOME": str(state), "AWS_EC2_METADATA_DISABLED": "true", "PYTHONUNBUFFERED": "1"}


def command(python: Path, state: Path, port: int) -> list[str]:
    """The emulator's command line, less its options."""
    places = ["--state", str(state), "--image", str(state / "image")]
    return [str(python), "-m", "local.emulator", *places, "--port", str(port)]


def start(python: Path, repository: Path, state: Path, port: int, arguments: list[str]) -> Emulator:
    """Start the emulator on a port and wait until it answers; StartError tells the end of its log if it does not."""
    if not python.exists():
        raise StartError(f"{python} is missing: run `make up` or `make demo`, which install it")
    log = state / "emulator.log"
    lifeline, hold = os.pipe()
    try:
        with log.open("wb") as output:
            child = subprocess.Popen(
                [*command(python, state, port), "--lifeline", str(lifeline), *arguments],
                cwd=repository,
                env=environment(state),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(lifeline,),
                start_new_session=True,  # Ctrl-C reaches the launcher, which then ends this in good order
            )
    finally:
        os.close(lifeline)
    emulator = Emulator(child, hold, port, log)
    try:
        await_answer(emulator)
    except BaseException:
        emulator.stop()
        raise
    return emulator


def await_answer(emulator: Emulator) -> None:
    """Return once the emulator answers its health check."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if emulator.child.poll() is not None:
            raise StartError(f"the emulator stopped at once; the last lines of {emulator.log}:\n{tail(emulator.log)}")
        if answers(emulator.port):
            return
        time.sleep(POLL_SECONDS)
    raise StartError(f"the emulator does not answer after {START_TIMEOUT_SECONDS} s; see {emulator.log}")


def answers(port: int) -> bool:
    """Whether the health check succeeds."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
