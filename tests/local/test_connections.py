"""What the emulator keeps open: a platform that has run for a day must still be able to start a task."""

import http.client
import os
import resource
import sys
from pathlib import Path

from local.child import Emulator
from local.emulator.containers import Launch, LocalContainer
from tests.local.aws import until

MANY = 60


def open_sockets(process: int) -> int:
    found = 0
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        try:
            found += str(descriptor.readlink()).startswith("socket:")
        except OSError:  # closed meanwhile
            continue
    return found


def test_connections_that_clients_closed_are_closed(emulator: Emulator) -> None:
    before = open_sockets(emulator.child.pid)

    for _ in range(MANY):
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
        connection.request("GET", "/_ministack/health")
        assert connection.getresponse().read()
        connection.close()

    until(lambda: open_sockets(emulator.child.pid) < before + MANY / 4, 15)


def test_a_container_starts_however_many_files_are_open() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(1100)]
    try:
        ended = LocalContainer(
            Launch((sys.executable, "-c", "print('up')"), {**os.environ}, Path.cwd(), 5.0), lambda _: None
        )
        assert ended.wait() == {"StatusCode": 0}
        assert ended.logs() == b"up\n"
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
