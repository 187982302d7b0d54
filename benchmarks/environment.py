"""The benchmark's own environments (what we compare with; what the encoder image holds), and AWS on this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
OTHERS = ROOT / ".venv-bench"
"""shaka-streamer and moto."""
IMAGE = ROOT / ".venv-bench-image"
"""The image's packages and nothing else: others that botocore finds would make its start three times as long."""
_LOCKS = {OTHERS: ROOT / "requirements" / "bench.txt", IMAGE: ROOT / "container" / "requirements.txt"}
_UV = ROOT / ".venv-uv" / "bin" / "uv"
_START_SECONDS = 60


def make() -> None:
    """Make each environment anew unless it is what its lock file says."""
    for folder, lock in _LOCKS.items():
        stamp = folder / ".stamp"
        if not stamp.exists() or stamp.read_text() != lock.read_text():
            _make(folder, lock)
            stamp.write_text(lock.read_text())


def _make(folder: Path, lock: Path) -> None:
    print(f"setting up {folder.name} from {lock.relative_to(ROOT)}", file=sys.stderr)
    subprocess.run([_UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
    options = ["--quiet", "--compile-bytecode", "--require-hashes", "--python", str(folder / "bin" / "python")]
    subprocess.run([_UV, "pip", "install", *options, "-r", str(lock)], check=True)


@contextmanager
def aws() -> Iterator[Mapping[str, str]]:
    """A moto server on a free port; what boto3 needs in the environment to reach it."""
    port = _free_port()
    command = [str(OTHERS / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
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
