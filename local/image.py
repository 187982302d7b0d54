"""The encoder image without a container engine: our code laid out as container/Dockerfile does.

Third-party packages and FFmpeg come from the interpreter that runs it. A copy, so that it is of one piece with the
functions that were packaged at the same start, whatever is edited meanwhile.
"""

import compileall
import shutil
from pathlib import Path


def build(repository: Path, root: Path) -> None:
    """Make `root` hold /app as the image does, and nothing of an earlier build."""
    shutil.rmtree(root, ignore_errors=True)
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "container", root / "app", ignore=leave_out)
    shutil.copytree(repository / "src" / "vod", root / "app" / "vod", ignore=leave_out)
    compileall.compile_dir(root, quiet=2)
