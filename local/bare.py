"""`make emulator`: AWS on this machine with nothing deployed, until Ctrl-C; for `sam deploy` and other AWS tools."""

import os
import platform
import sys
import time

from deployment import private_file
from local import child, disk, engine, image
from local.cdn import free_port
from local.child import Emulator, StartError
from local.clients import KEY, REGION, SECRET
from local.interrupts import interruptible
from local.owner import only_one
from local.platform import FAILURES, MOST_PORT, REPOSITORY, Options, number, write_env

WATCH_SECONDS = 1.0
PORT = 4566
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64"}


def options() -> Options:
    """As of `make up`, but with a state folder and a port of its own."""
    asked = Options.from_environment()
    state = asked.state if os.environ.get("VOD_STATE") else asked.state / "emulator"
    wanted = number("VOD_PORT", PORT, MOST_PORT)
    port = free_port(wanted)
    if wanted and port != wanted:
        raise StartError(f"port {wanted} is not free: choose another port, e.g. VOD_PORT=4577")
    return Options(state, port, tasks=asked.tasks, encoder_image=asked.encoder_image)


def account(port: int) -> dict[str, str]:
    """What AWS tools need to take the emulator for AWS, and the processor that functions run on here."""
    return {
        # A name, not an address: SAM's own stack is found by it.
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "VOD_ARCHITECTURE": ARCHITECTURES.get(platform.machine(), "x86_64"),
    }


def start(chosen: Options) -> Emulator:
    """Start it and write its settings for the shell."""
    if chosen.encoder_image:
        engine.require(chosen.encoder_image)
    disk.require_room(chosen.state)
    image.build(REPOSITORY, chosen.state / "image")
    emulator = child.start(chosen.emulator_python, REPOSITORY, chosen.state, chosen.port, chosen.of_emulator())
    exported = {f"export {name}": value for name, value in account(chosen.port).items()}
    write_env(chosen.state / "env", exported)
    return emulator


def keep(emulator: Emulator, chosen: Options) -> int:
    """Stay until interrupted; 1 if the emulator ends by itself."""
    print(f"AWS is emulated at http://localhost:{chosen.port}; in another shell:  . {chosen.state / 'env'}", flush=True)
    while emulator.child.poll() is None:
        time.sleep(WATCH_SECONDS)
    print(f"the emulator has stopped; its log is {emulator.log}", file=sys.stderr)
    return 1


def main() -> int:
    """Run the emulator; the exit code."""
    emulator = None
    try:
        chosen = options()
        private_file.folder(chosen.state)
        with interruptible(), disk.told_when_full(), only_one(chosen.state):
            emulator = start(chosen)
            return keep(emulator, chosen)
    except FAILURES as error:
        print(f"make emulator: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped")
        return 0
    finally:
        if emulator:
            emulator.stop()


if __name__ == "__main__":
    sys.exit(main())
