"""The benchmark's own environment: what we compare with, and an S3 and DynamoDB on this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".venv-bench"
LOCK = ROOT / "requirements" / "bench.txt"
_UV = ROOT / ".venv-uv" / "bin" / "uv"
_START_SECONDS = 60


def make() -> None:
    """Make the environment anew unless it is what the lock file says."""
    stamp = FOLDER / ".stamp"
    if stamp.exists() and stamp.read_text() == LOCK.read_text():
        return
    print(f"setting up {FOLDER.name} from {LOCK.relative_to(ROOT)}", file=sys.stderr)
    subprocess.run([_UV, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER], check=True)
    python = FOLDER / "bin" / "python"
    subprocess.run([_UV, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", LOCK], check=True)
    stamp.write_text(LOCK.read_text())


def program(name: str) -> str:
    """A program of the environment."""
    return str(FOLDER / "bin" / name)


@contextmanager
def aws() -> Iterator[Mapping[str, str]]:
    """A moto server on a free port; what boto3 needs in the environment to reach it."""
    port = _free_port()
    command = [program("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield os.environ | {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _await(port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"no server answered on port {port}")
