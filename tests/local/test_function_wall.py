"""What AWS Lambda refuses to a function, the emulator's functions are refused too."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import child
from local.cdn import free_port
from local.child import Emulator
from local.clients import Clients
from local.platform import REPOSITORY
from tests.local import aws

as_root = pytest.mark.skipif(
    os.getuid() != 0, reason="NOT ROOT: only root can give a function a file system of its own"
)
CALLS = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def handler(event, context):
    ctypes.set_errno(0)
    answer = libc.syscall(*event)
    return [answer, errno.errorcode.get(ctypes.get_errno())]
"""
SYSTEM = {"x86_64": {"prctl": 157, "ptrace": 101, "seccomp": 317, "chroot": 161, "unshare": 272}}.get(
    os.uname().machine, {"prctl": 167, "ptrace": 117, "seccomp": 277, "chroot": 51, "unshare": 97}
)
WRITES = """
from pathlib import Path
def handler(event, context):
    try:
        Path(event[0]).write_bytes(bytes(event[1]))
        Path(event[0]).unlink()
    except OSError as refused:
        return type(refused).__name__ + " " + str(refused.errno)
    return "written"
"""
GROWS = """
held = []
def handler(event, context):
    while event: held.append(bytearray(2**20)); event -= 1
    return len(held)
"""
SLOW = """
import time
time.sleep(%d)
def handler(event, context):
    return "loaded"
"""
COUNTS = """
import threading, time
turns = 0
def count():
    global turns
    while True:
        turns += 1
        time.sleep(0.01)
threading.Thread(target=count, daemon=True).start()
def handler(event, context):
    return turns
"""


def function(clients: Clients, source: str, **settings: Any) -> str:
    return aws.function(clients, source, aws.role(clients), **{"Timeout": 60, **settings})


@pytest.fixture(scope="module")
def calls(clients: Clients) -> str:
    return function(clients, CALLS)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        *(("prctl", (option, 1, 0, 0, 0)) for option in (1, 4, 15, 22, 38)),
        ("ptrace", (0,)),
        ("seccomp", (0, 0, 0)),
        ("chroot", (b"/".decode(),)),
        ("unshare", (0,)),
    ],
)
def test_what_would_confine_a_child_is_not_permitted(
    call: str, arguments: tuple[Any, ...], clients: Clients, calls: str
) -> None:
    numbers = [0 if isinstance(one, str) else one for one in arguments]

    assert aws.invoke(clients, calls, [SYSTEM[call], *numbers])[0] == [-1, "EPERM"]


@pytest.mark.parametrize("number", [444, 445, 446])
def test_there_is_no_landlock(number: int, clients: Clients, calls: str) -> None:
    assert aws.invoke(clients, calls, [number, 0, 0, 1])[0] == [-1, "ENOSYS"]


def test_other_options_of_prctl_are_not_refused(clients: Clients, calls: str) -> None:
    assert aws.invoke(clients, calls, [SYSTEM["prctl"], 3, 0, 0, 0])[0] == [1, None]  # PR_GET_DUMPABLE


@as_root
def test_nothing_but_tmp_can_be_written(clients: Clients) -> None:
    writes = function(clients, WRITES)

    answers = [
        aws.invoke(clients, writes, [f"{place}/file", 10])[0] for place in ("/tmp", "/dev/shm", str(REPOSITORY), ".")
    ]

    read_only, missing = f"OSError {errno.EROFS}", f"FileNotFoundError {errno.ENOENT}"
    checkout = answers.pop(2)
    assert answers == ["written", missing, read_only]
    # Below /tmp a function sees its own /tmp, where what it needs of the checkout may be mounted, instead.
    assert checkout == read_only or REPOSITORY.is_relative_to("/tmp")
    assert not (REPOSITORY / "file").exists()


@as_root
def test_a_function_does_not_see_what_the_emulator_keeps(clients: Clients, emulator: Emulator) -> None:
    looks = function(clients, "from pathlib import Path\ndef handler(event, context): return Path(event).exists()")

    assert emulator.log.exists()
    assert not aws.invoke(clients, looks, str(emulator.log))[0]


def test_code_and_layers_unpack_to_250_mb_at_most(clients: Clients) -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as layer:
        layer.writestr("python/zeros", bytes(250 * 2**20))
    made = clients.lambda_.publish_layer_version(
        LayerName=aws.unique("layer"), Content={"ZipFile": bundle.getvalue()}, CompatibleRuntimes=["python3.13"]
    )

    with pytest.raises(ClientError, match="Unzipped size must be smaller than 262144000 bytes"):
        function(clients, CALLS, Layers=[made["LayerVersionArn"]])


@as_root
def test_tmp_is_as_large_as_the_template_says(clients: Clients) -> None:
    usual, larger = (
        function(clients, WRITES, MemorySize=2048, **storage) for storage in ({}, {"EphemeralStorage": {"Size": 600}})
    )

    assert aws.invoke(clients, usual, ["/tmp/file", 520 * 2**20])[0] == f"OSError {errno.ENOSPC}"
    assert aws.invoke(clients, larger, ["/tmp/file", 520 * 2**20])[0] == "written"


@as_root
def test_a_function_is_not_root(clients: Clients) -> None:
    uid = function(clients, "import os\ndef handler(event, context): return os.getuid()")

    assert aws.invoke(clients, uid)[0] == 993


def test_a_function_that_takes_more_memory_than_it_has_is_ended_and_replaced(clients: Clients) -> None:
    grows = function(clients, GROWS, MemorySize=256)
    aws.invoke(clients, grows, 1)

    answer, failed = aws.invoke(clients, grows, 2**20)

    assert failed
    assert answer["errorType"] == "Runtime.OutOfMemory"
    assert answer["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert aws.invoke(clients, grows, 1) == (1, False)


def test_a_process_that_ends_by_itself_is_an_error_of_the_runtime(clients: Clients) -> None:
    leaves = function(clients, "import os\ndef handler(event, context): os._exit(event)")

    answer, failed = aws.invoke(clients, leaves, 7)

    assert failed
    assert answer["errorType"] == "Runtime.ExitError"


def test_loading_is_tried_once_more_after_ten_seconds_within_the_time_of_the_call(
    clients: Clients, emulator: Emulator
) -> None:
    began = time.monotonic()

    answer, failed = aws.invoke(clients, function(clients, SLOW % 30, Timeout=3))

    assert failed
    assert answer["errorMessage"].endswith("Task timed out after 3.00 seconds")
    assert answer["errorType"] == "Sandbox.Timedout"
    assert 12 < time.monotonic() - began < 30
    assert "loading took longer than 10 s" in emulator.log.read_text()


def test_a_function_gets_no_time_between_calls(clients: Clients) -> None:
    counts = function(clients, COUNTS)
    first, _ = aws.invoke(clients, counts)

    time.sleep(2)

    assert aws.invoke(clients, counts)[0] - first < 100


def test_a_stopped_worker_ends_with_its_emulator(tmp_path: Path, emulator_python: Path) -> None:
    running = child.start(emulator_python, REPOSITORY, tmp_path, free_port(), ["--lambda-python", sys.executable])
    clients = Clients(f"http://127.0.0.1:{running.port}")
    worker, _ = aws.invoke(clients, function(clients, "import os\ndef handler(event, context): return os.getpid()"))
    assert "T (stopped)" in Path(f"/proc/{worker}/status").read_text()

    os.kill(running.child.pid, signal.SIGKILL)
    running.child.wait()

    aws.until(lambda: subprocess.run(["kill", "-0", str(worker)], capture_output=True, check=False).returncode)
    running.stop()


def test_more_than_6_mb_are_not_taken(clients: Clients) -> None:
    length = function(clients, "def handler(event, context): return len(event)")

    with pytest.raises(ClientError, match="RequestTooLargeException"):
        aws.invoke(clients, length, "x" * (6 * 2**20))

    assert aws.invoke(clients, length, "x" * (6 * 2**20 - 10))[0] == 6 * 2**20 - 10


def test_more_than_1_mb_is_not_taken_for_later(clients: Clients) -> None:
    nothing = function(clients, "def handler(event, context): pass")

    with pytest.raises(ClientError) as refused:
        clients.lambda_.invoke(FunctionName=nothing, InvocationType="Event", Payload=json.dumps("x" * 2**20))

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_more_than_6_mb_are_not_answered(clients: Clients) -> None:
    repeats = function(clients, "def handler(event, context): return 'x' * event")

    answer, failed = aws.invoke(clients, repeats, 6_291_557)

    assert failed
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"
    assert aws.invoke(clients, repeats, 6_291_500)[1] is False


def test_a_wrong_clock_can_be_asked_for_all_the_same(clients: Clients, emulator: Emulator) -> None:
    asked = emulator.log.parent / "faults" / "clock"
    asked.parent.mkdir(exist_ok=True)
    asked.write_text('{"seconds": 1000}')

    told, _ = aws.invoke(clients, function(clients, "import time\ndef handler(event, context): return time.time()"))

    asked.unlink()
    assert 400 < abs(told - time.time()) < 1010
