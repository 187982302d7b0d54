"""Containers as local process trees, behind the few methods of a Docker client that the emulator's ECS calls."""

import contextlib
import logging
import os
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INIT = Path(__file__).with_name("container_init.py")
DEFAULT_STOP_TIMEOUT_SECONDS = 30
TOLD_LINES = 20
LOG = logging.getLogger("local.containers")


@dataclass(frozen=True, slots=True)
class Launch:
    """One container to start: all paths inside `command` and `environment` are already those of this machine.

    `init` runs the command, prepared by its `options`, and ends it when it is told to (container_init.py,
    docker_init.py). `folders` are the container's own and go with it.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    stop_timeout: float
    init: Path = INIT
    options: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()


def volume_folder(state: Path, name: str) -> Path:
    """The folder of a volume, or of a file system, made when missing."""
    folder = state / "volumes" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True, slots=True)
class Mounts:
    """Where paths of an image or of a volume lie on this machine."""

    places: tuple[tuple[str, Path], ...]

    def resolve(self, value: str) -> str:
        """`value` with the longest matching container path replaced; anything else is answered unchanged."""
        for inside, outside in sorted(self.places, key=lambda place: -len(place[0])):
            if value == inside or value.startswith(inside.rstrip("/") + "/"):
                return str(outside) + value[len(inside.rstrip("/")) :]
        return value


class LocalContainer:
    """A running or ended process tree under `container_init`, with the interface of a Docker container."""

    def __init__(self, launch: Launch, forget: Callable[[str], None]) -> None:
        self.id = uuid.uuid4().hex * 2
        self.attrs: dict[str, Any] = {"NetworkSettings": {"Networks": {}}}
        self._launch = launch
        self._forget = forget
        self._lines: list[bytes] = []
        self._changed = threading.Condition()
        self._ended = threading.Event()
        lifeline, self._hold = os.pipe()
        try:
            self._process = self._spawn(lifeline)
        finally:
            os.close(lifeline)
        threading.Thread(target=self._follow, daemon=True, name=f"container-{self.id[:8]}").start()

    def _spawn(self, lifeline: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                str(self._launch.init),
                str(lifeline),
                *self._launch.options,
                *self._launch.command,
            ],
            env=dict(self._launch.environment),
            cwd=self._launch.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(lifeline,),
            start_new_session=True,
        )

    def _follow(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        if self._process.wait():
            last = b"".join(self._lines[-TOLD_LINES:]).decode(errors="replace")
            LOG.warning("container %s ended with %d:\n%s", self.id[:8], self._process.returncode, last)
        for folder in self._launch.folders:
            shutil.rmtree(folder, ignore_errors=True)
        with self._changed:
            self._ended.set()
            self._changed.notify_all()

    @property
    def status(self) -> str:
        """`running` until the process tree is gone and its output is read, then `exited`."""
        return "exited" if self._ended.is_set() else "running"

    def reload(self) -> None:
        """Nothing to refresh: `status` is always current."""

    def wait(self, **_: Any) -> dict[str, int]:
        """Block until the container has ended; the exit code as Docker shapes it."""
        self._ended.wait()
        return {"StatusCode": self._process.returncode}

    def logs(self, stream: bool = False, tail: int | None = None, **_: Any) -> bytes | Iterator[bytes]:
        """All output so far, its last `tail` lines, or with `stream` an iterator that follows to the end."""
        if stream:
            return self._stream()
        return b"".join(self._lines[-tail:] if tail else self._lines)

    def _stream(self) -> Iterator[bytes]:
        seen = 0
        while True:
            with self._changed:
                while len(self._lines) == seen and not self._ended.is_set():
                    self._changed.wait()
                fresh = self._lines[seen:]
            if not fresh:
                return
            seen += len(fresh)
            yield from fresh

    def stop(self, **_: Any) -> None:
        """SIGTERM, the definition's stop timeout, then the end of the whole tree."""
        if self._ended.is_set():
            return
        with contextlib.suppress(OSError):
            os.write(self._hold, b"stop")
        if not self._ended.wait(self._launch.stop_timeout):
            self._release()
            self._ended.wait()

    def remove(self, **_: Any) -> None:
        """Forget an ended container."""
        self._release()
        self._forget(self.id)

    def _release(self) -> None:
        """Close our end of the lifeline: whatever still runs is killed."""
        hold, self._hold = self._hold, -1
        if hold >= 0:
            os.close(hold)


class LocalDocker:
    """Stands where the emulator expects docker-py's client: `containers` and `images` are this object."""

    def __init__(self, plan: Callable[[str, Mapping[str, Any]], Launch]) -> None:
        self._plan = plan
        self._known: dict[str, LocalContainer] = {}
        self.containers = self.images = self

    def run(self, image: str, **arguments: Any) -> LocalContainer:
        """Start what `plan` makes of the image and Docker's run arguments."""
        container = LocalContainer(self._plan(image, arguments), self._drop)
        self._known[container.id] = container
        return container

    def _drop(self, container_id: str) -> None:
        self._known.pop(container_id, None)

    def get(self, container_id: str) -> LocalContainer:
        """The container with this id; KeyError where there is none."""
        return self._known[container_id]

    def list(self, **_: Any) -> Sequence[LocalContainer]:
        """Every container that was not removed."""
        return tuple(self._known.values())

    def pull(self, *_: Any, **__: Any) -> None:
        """Images are folders of this repository: there is nothing to pull."""
