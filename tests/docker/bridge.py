"""From containers to this machine's loopback: whoever connects to the engine's bridge reaches the emulator."""

import ipaddress
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.docker.engine import Engine

PIECE_BYTES = 65536


def address(engine: Engine) -> str:
    """This machine's own address in the engine's default network."""
    (network,) = json.loads(engine.docker("network", "inspect", "bridge").stdout)
    (described,) = network["IPAM"]["Config"]
    return str(described.get("Gateway") or next(ipaddress.ip_network(described["Subnet"]).hosts()))


@contextmanager
def forwarded(host: str, port: int) -> Iterator[str]:
    """Connections to the address that is given here go on to `port` of the loopback."""
    with socket.create_server((host, 0)) as server:
        threading.Thread(target=_accept, args=(server, port), daemon=True).start()
        yield f"http://{host}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, port: int) -> None:
    with suppress(OSError):
        while True:
            caller, _ = server.accept()
            called = socket.create_connection(("127.0.0.1", port))
            for ends in ((caller, called), (called, caller)):
                threading.Thread(target=_copy, args=ends, daemon=True).start()


def _copy(reader: socket.socket, writer: socket.socket) -> None:
    with suppress(OSError):
        while piece := reader.recv(PIECE_BYTES):
            writer.sendall(piece)
        writer.shutdown(socket.SHUT_WR)
