"""A Docker engine for these tests: the one that answers, else one of our own for as long as they run.

One of our own needs Linux, root and, where dockerd is not installed, Debian's apt-get. Its images stay in a folder, so
that a second run is quick; everything else of it is gone afterwards.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 30


class NoEngineError(RuntimeError):
    """No engine is to be had here; the text says why."""


@dataclass(frozen=True)
class Engine:
    """An engine at an address (empty: the client's own default)."""

    address: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to talk to it."""
        return {**os.environ, **({"DOCKER_HOST": self.address} if self.address else {})}

    def docker(self, *words: str, check: bool = True, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """One command of the client."""
        done = subprocess.run(
            ["docker", *words], env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"docker {' '.join(words)} failed: {(done.stderr or done.stdout)[-2000:]}")
        return done

    def answers(self) -> bool:
        """Whether there is an engine at all."""
        return bool(shutil.which("docker")) and self.docker("version", check=False).returncode == 0

    def size(self, image: str) -> int:
        """An image's size in bytes; 0 where there is no such image."""
        found = self.docker("image", "inspect", "--format", "{{.Size}}", image, check=False)
        return int(found.stdout) if found.returncode == 0 else 0


@contextmanager
def engine(images: Path) -> Iterator[Engine]:
    """An engine that answers; NoEngineError where none does and none can be started."""
    found = Engine(os.environ.get("DOCKER_HOST", ""))
    if found.answers():
        yield found
        return
    if os.geteuid() != 0:
        raise NoEngineError("no Docker engine answers, and only root can start one")
    installed("dockerd", "docker.io")
    with tempfile.TemporaryDirectory(prefix="vod-docker-", ignore_cleanup_errors=True) as folder:
        images.mkdir(parents=True, exist_ok=True)
        with started(Path(folder), images.resolve()) as own:
            yield own


def installed(program: str, package: str) -> None:
    """Install Debian's package where the program is missing and that can be done; NoEngineError elsewhere."""
    if shutil.which(program):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoEngineError(f"{program} is missing, and it takes root and apt-get to install {package}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", package)):
        done = subprocess.run(["apt-get", *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoEngineError(f"{package} cannot be installed: {done.stderr[-500:]}")


@contextmanager
def started(folder: Path, images: Path) -> Iterator[Engine]:
    """A dockerd of our own, ended by its process when the tests are through."""
    address = f"unix://{folder}/docker.sock"
    places = [f"--data-root={images}", f"--exec-root={folder}/run", f"--pidfile={folder}/pid", f"--host={address}"]
    with (images / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(["dockerd", *places], stdout=log, stderr=log, start_new_session=True)
    try:
        await_answer(daemon, Engine(address), images / "dockerd.log")
        yield Engine(address)
    finally:
        daemon.terminate()
        daemon.wait(STOP_TIMEOUT_SECONDS)
        # The one mount that a daemon leaves behind.
        subprocess.run(["umount", f"{folder}/run/netns/default"], capture_output=True, check=False)


def await_answer(daemon: subprocess.Popen[bytes], found: Engine, log: Path) -> None:
    """Return once the daemon answers; NoEngineError with the end of its log if it does not."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while daemon.poll() is None and time.monotonic() < deadline:
        if found.answers():
            return
        time.sleep(0.2)
    raise NoEngineError("dockerd does not start here: " + log.read_text(errors="replace")[-1000:])
