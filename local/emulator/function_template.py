"""A process that has loaded the libraries of functions, and becomes a worker by forking: a start without their imports.

It runs in the functions' interpreter, so it imports nothing of ours. A worker forked from it differs from one that was
started anew in what is loaded already; all that `function_init` takes away is taken away afterwards, as ever.
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import struct
import sys
import time
import types
from contextlib import suppress
from typing import Any, NoReturn

LIBRARIES = (
    "boto3",
    "botocore.httpsession",
    "aws_lambda_powertools.event_handler.openapi.params",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.data_classes",
    "pydantic",
    "imageio_ffmpeg",
)
"""What most functions import and none of ours changes when it is loaded."""
SERVICES = ("s3", "dynamodb", "sqs", "stepfunctions", "ecs", "lambda", "cognito-idp")
"""Of which most functions read the models."""
LENGTH = struct.Struct("=I")
TITLE = "-" * 400
"""An argument that leaves room for a worker's command line."""
_STREAMS = 3


def serve(connection: socket.socket) -> None:
    """Fork a worker for each request, until the emulator is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it too; it ends with the emulator
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for workers
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    with suppress(ImportError):
        _read_models()
    gc.collect()
    gc.freeze()
    while request := _request(connection):
        told, streams = request
        pid = os.fork()
        if not pid:
            connection.close()
            _become(told, streams)
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            socket.send_fds(connection, [LENGTH.pack(pid)], [handle])
            os.close(handle)
        for stream in streams:
            os.close(stream)


def _read_models() -> None:
    """Read what botocore knows of the services: every session of a worker finds it read."""
    import botocore.session

    loader = botocore.session.create_loader()
    known = botocore.session.get_session()
    known.register_component("data_loader", loader)
    for service in SERVICES:
        known.create_client(service, "us-east-1", aws_access_key_id="-", aws_secret_access_key="-")  # noqa: S106
    botocore.session.create_loader = lambda *_: loader


def _request(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """A worker's command, folder and environment, and its three streams."""
    head, streams, _, _ = socket.recv_fds(connection, LENGTH.size, _STREAMS)
    if len(head) < LENGTH.size:
        return None
    size, body = LENGTH.unpack(head)[0], b""
    while len(body) < size:
        body += connection.recv(size - len(body))
    return json.loads(body), list(streams)


def _become(told: dict[str, Any], streams: list[int]) -> NoReturn:
    """Run a worker's script as if the interpreter had just been started with it."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(_STREAMS, 1024)
        sys.stdin, sys.stdout = os.fdopen(0, encoding="utf-8"), os.fdopen(1, "w", encoding="utf-8")
        sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8")
        os.environ.clear()
        os.environ.update(told["env"])
        time.tzset()
        os.chdir(told["cwd"])
        _, script = told["command"]
        _set_title(told["command"])
        sys.argv = [script]
        sys.path.insert(0, os.path.dirname(script))  # noqa: PTH120
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        with open(script, encoding="utf-8") as text:  # noqa: PTH123
            exec(compile(text.read(), script, "exec"), main.__dict__)  # noqa: S102
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _set_title(command: list[str]) -> None:
    """Write the worker's command over this process's own, which tests and people find it by."""
    with open("/proc/self/stat", encoding="utf-8") as stat:  # noqa: PTH123
        begin, end = map(int, stat.read().rpartition(")")[2].split()[45:47])
    title = b"".join(word.encode() + b"\0" for word in command)[: end - begin - 1]
    ctypes.memmove(begin, title.ljust(end - begin, b"\0"), end - begin)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
