"""`make test-docker`: an engine, the images, then the tests of this folder; what it took is printed.

Where no engine is to be had it says so and succeeds, or fails with VOD_DOCKER=required.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.docker import images
from tests.docker.engine import Engine, NoEngineError, engine

KEPT = images.REPOSITORY / ".local" / "docker"
MEGABYTE = 1e6


def timed(engine: Engine, what: str, make: Callable[[Engine], str | None], image: str) -> None:
    """Make an image and say how long it took and how large it is."""
    began = time.monotonic()
    how = make(engine) or "built"
    seconds = time.monotonic() - began
    print(f"{what}: {how}, {seconds:.1f} s, {engine.size(image) / MEGABYTE:.0f} MB", flush=True)


def run(found: Engine, arguments: list[str]) -> int:
    """Build everything and run the tests; the exit code."""
    timed(found, f"base image {images.base()}", images.ensure_base, images.base())
    images.require_packages(found)
    timed(found, "encoder image", images.build_encoder, images.ENCODER)
    timed(found, "image for `sam local`", images.build_lambda, images.LAMBDA)
    tests = [sys.executable, "-m", "pytest", str(Path(__file__).parent), "--durations=0", "--durations-min=0.5"]
    environment = {**found.environment, "VOD_TEST_ENGINE": found.address}
    return subprocess.run([*tests, *arguments], cwd=images.REPOSITORY, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Have an engine and use it; the exit code."""
    began = time.monotonic()
    try:
        with engine(KEPT) as found:
            print(f"Docker engine: {time.monotonic() - began:.1f} s", flush=True)
            code = run(found, arguments)
    except NoEngineError as missing:
        print(f"\n##### THE DOCKER TESTS WERE NOT RUN: {missing}\n", file=sys.stderr)
        return 1 if os.environ.get("VOD_DOCKER") == "required" else 0
    print(f"all of it: {time.monotonic() - began:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
