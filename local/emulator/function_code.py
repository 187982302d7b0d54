"""A function's code and layers, unpacked and compiled once: each worker gets links to the same files.

Each worker has a folder of its own, so without this every one of them would unpack them and compile every module again.
"""

import compileall
import hashlib
import io
import os
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator import seams
from local.emulator.function_workers import starting

_MARK = "unpacked-before"
_resolve = lambda_svc._resolve_layer_zip
_lock = threading.Lock()
_folder: Path | None = None


def unpacked(bundle: bytes) -> bytes:
    """A small zip that stands for this one where a worker's folder is filled."""
    name = hashlib.sha256(bundle).hexdigest()[:32]
    with _lock:
        if not (_place() / name).is_dir():
            _unpack(bundle, _place() / name)
    mark = io.BytesIO()
    with zipfile.ZipFile(mark, "w") as made:
        made.writestr(_MARK, name)
    return mark.getvalue()


def _place() -> Path:
    """Where they are unpacked; in the emulator's own temporary folder, which goes with it."""
    global _folder
    if _folder is None:
        _folder = Path(tempfile.mkdtemp(prefix="function-code-"))
    return _folder


def _unpack(bundle: bytes, target: Path) -> None:
    """Beside each module is what Python compiles from it; one that does not compile stays a source alone."""
    half = target.with_name(f"{target.name}-half")
    with zipfile.ZipFile(io.BytesIO(bundle)) as whole:
        whole.extractall(half)
    # Never compared with the source: that has the time of its unpacking.
    mode = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(half, quiet=2, stripdir=half, invalidation_mode=mode)
    half.rename(target)


class Linking(zipfile.ZipFile):
    """What lambda_runtime takes for ZipFile: of one that stands for another, the files of that are linked."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Fill a folder."""
        if self.namelist() != [_MARK]:
            return super().extractall(path, members, pwd)
        source = _place() / self.read(_MARK).decode()
        shutil.copytree(source, path, copy_function=os.link, dirs_exist_ok=True)
        return None


def layer(reference: Any) -> bytes | None:
    """The content of a layer, unpacked where a worker is about to start; its size is that of what was uploaded."""
    content: bytes | None = _resolve(reference)
    return unpacked(content) if content and starting.get(None) else content


def install() -> None:
    """Link the files of workers."""
    linking = SimpleNamespace(**vars(zipfile) | {"ZipFile": Linking})
    seams.replace(lambda_runtime, "zipfile", linking, expected="120970d81283")
    seams.replace(lambda_svc, "_resolve_layer_zip", layer, expected="447d3c3ec42c")
