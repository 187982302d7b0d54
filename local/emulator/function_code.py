"""A function's code and layers, compiled once: a worker reads what Python made of them and compiles nothing itself.

Each worker has a folder of its own, so without this Python would compile every module again for each of them.
"""

import compileall
import io
import tempfile
import threading
import zipfile
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

from ministack.services import lambda_svc

from local.emulator import seams
from local.emulator.function_workers import starting

_resolve = lambda_svc._resolve_layer_zip
_lock = threading.Lock()


def compiled(bundle: bytes) -> bytes:
    """A zip with what Python compiles from its modules beside them; one that does not compile stays a source alone."""
    with _lock:
        return _compiled(bundle)


@cache
def _compiled(bundle: bytes) -> bytes:
    result = io.BytesIO(bundle)
    with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(result, "a") as whole:
        whole.extractall(unpacked)
        # Never compared with the source: that has the time of its unpacking.
        mode = PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(unpacked, quiet=2, stripdir=unpacked, invalidation_mode=mode)
        for path in sorted(Path(unpacked).rglob("__pycache__/*.pyc")):
            whole.write(path, path.relative_to(unpacked))
    return result.getvalue()


def layer(reference: Any) -> bytes | None:
    """The content of a layer, compiled where a worker is about to start; its size is that of what was uploaded."""
    content: bytes | None = _resolve(reference)
    return compiled(content) if content and starting.get(None) else content


def install() -> None:
    """Compile the layers of workers."""
    seams.replace(lambda_svc, "_resolve_layer_zip", layer, expected="447d3c3ec42c")
