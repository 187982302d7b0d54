"""SAM's own commands, with our functions in our image and the emulator for AWS."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.clients import KEY, REGION, SECRET
from local.deploy import resources
from local.platform import Platform
from tests.docker.engine import Engine
from tests.docker.images import REPOSITORY

START_TIMEOUT_SECONDS = 120
HERE = "Architecture=" + {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


@dataclass(frozen=True)
class Sam:
    """What was built, the image that functions run in, and the variables each is given."""

    engine: Engine
    template: Path
    image: str
    variables: Path

    @property
    def environment(self) -> dict[str, str]:
        """SAM hands these credentials on to the functions."""
        aws = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": REGION}
        return {**self.engine.environment, **aws, **tools()}

    def command(self, name: str, *words: str) -> list[str]:
        """One of SAM's local commands."""
        places = ["--template", str(self.template), "--env-vars", str(self.variables)]
        image = ["--invoke-image", self.image, "--skip-pull-image"]
        return ["sam", "local", name, *words, *places, *image, "--parameter-overrides", HERE]

    def invoke(self, function: str, event: Path) -> object:
        """What a function answers."""
        command = self.command("invoke", function, "--event", str(event))
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def serving(self, name: str, port: int, log: Path) -> Iterator[str]:
        """A server of SAM's on a port, until it is told to go, which is when it removes its containers."""
        with log.open("wb") as output:
            server = subprocess.Popen(
                self.command(name, "--port", str(port)), env=self.environment, stdout=output, stderr=output
            )
        try:
            await_http(server, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(60)


def tools() -> dict[str, str]:
    """Where `sam` and the Python that it builds with are; it tells nobody that it was used."""
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def build(folder: Path) -> Path:
    """The documented `sam build`, for this machine's processor, into a folder."""
    command = ["sam", "build", "--build-dir", str(folder), "--parameter-overrides", HERE]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **tools()}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "template.yaml"


def variables(platform: Platform) -> Mapping[str, Mapping[str, str]]:
    """Each function's variables as the emulator's CloudFormation resolved them."""
    functions = {one.logical_id: one.physical_id for one in resources(platform.clients) if "::Function" in one.kind}
    described = {
        name: platform.clients.lambda_.get_function_configuration(FunctionName=function)
        for name, function in functions.items()
        if name.endswith("Function")
    }
    return {name: found.get("Environment", {}).get("Variables", {}) for name, found in described.items()}


def await_http(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return once something answers at an address, with whatever status."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=30)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"SAM's server does not answer: {log.read_text()[-3000:]}")
