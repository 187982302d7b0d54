"""Things that a hostile file would like to reach: a listening socket and a file that tells when it is opened."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Traps:
    """`address` of an HTTP server on loopback, `canary` a path; `touched` lists what was reached."""

    address: str
    canary: Path
    touched: list[str] = field(default_factory=list)


@contextmanager
def traps(folder: Path) -> Iterator[Traps]:
    listener = socket.create_server(("127.0.0.1", 0))
    canary = folder / "canary.ts"
    os.mkfifo(canary)  # opening it to write waits until somebody opens it to read
    set_up = Traps(f"http://127.0.0.1:{listener.getsockname()[1]}/segment.ts", canary)
    watchers = [
        threading.Thread(target=watch, args=args) for watch, args in ((_answer, (listener, set_up)), (_wait, (set_up,)))
    ]
    for watcher in watchers:
        watcher.start()
    try:
        yield set_up
    finally:
        found = list(set_up.touched)
        with socket.create_connection(listener.getsockname()):
            reader = os.open(canary, os.O_RDONLY | os.O_NONBLOCK)
        for watcher in watchers:
            watcher.join(5)
        os.close(reader)
        listener.close()
        set_up.touched[:] = found


def _answer(listener: socket.socket, set_up: Traps) -> None:
    connection, _ = listener.accept()
    with connection:
        set_up.touched.append("network")


def _wait(set_up: Traps) -> None:
    writer = os.open(set_up.canary, os.O_WRONLY)
    set_up.touched.append("canary")
    os.close(writer)
