"""What the emulator is told by its launcher, and the variables that this becomes for ministack."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Settings:
    """Places and limits of one emulator; `lifeline` is a descriptor that is at its end once the launcher is gone."""

    state: Path
    image: Path
    port: int
    lambda_python: Path
    tasks: int
    workers: int
    autosave_seconds: float
    wait_scale: float
    lifeline: int | None
    encoder_image: str
    docker_host: str
    used_grants: Path | None
    slower: float


def parse(arguments: Sequence[str]) -> Settings:
    """Settings from the command line of `python -m local.emulator`."""
    parser = argparse.ArgumentParser(prog="local.emulator", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder that survives restarts")
    parser.add_argument("--image", type=Path, required=True, help="root of the encoder image")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lambda-python", type=Path, required=True, help="interpreter of functions and containers")
    parser.add_argument("--tasks", type=int, default=2, help="ECS tasks that run at the same time")
    parser.add_argument("--workers", type=int, default=4, help="concurrent invocations of one function")
    parser.add_argument("--autosave-seconds", type=float, default=10.0)
    parser.add_argument("--wait-scale", type=float, default=1.0, help="part of the time that executions wait")
    parser.add_argument("--lifeline", type=int, help="file descriptor whose end-of-file ends the emulator")
    parser.add_argument("--encoder-image", default="", help="Docker image that tasks run, instead of local processes")
    parser.add_argument("--docker-host", default="", help="the engine's address; else the client's own")
    parser.add_argument("--used-grants", type=Path, help="file to which each grant is added that a role used")
    parser.add_argument("--aws-clock", type=float, default=0.0, help="AWS's latencies, so many times slower; 0: none")
    given = parser.parse_args(arguments)
    return Settings(
        state=given.state.resolve(),
        image=given.image.resolve(),
        port=given.port,
        lambda_python=given.lambda_python.absolute(),
        tasks=max(1, given.tasks),
        workers=max(1, given.workers),
        autosave_seconds=given.autosave_seconds,
        wait_scale=given.wait_scale,
        lifeline=given.lifeline,
        encoder_image=given.encoder_image,
        docker_host=given.docker_host,
        used_grants=given.used_grants,
        slower=max(0.0, given.aws_clock),
    )


def ministack_environment(settings: Settings) -> Mapping[str, str]:
    """The variables ministack reads when its modules are imported: set them before the first import."""
    state = settings.state
    return {
        "AUTH": "true",
        "GATEWAY_PORT": str(settings.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        # An address, not a name: boto3 then keeps the bucket in the path, where any resolver finds it.
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{settings.port}",
        "SFN_WAIT_SCALE": str(settings.wait_scale),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "objects"),
        "TMPDIR": str(state / "tmp"),
        # Parts of ministack that open further ports or look for a Docker engine.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        # Functions and tasks have compiled files only where this machine was set up with them, as on AWS.
        "PYTHONDONTWRITEBYTECODE": "1",
        "LOG_LEVEL": "INFO",
    }
