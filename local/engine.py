"""The Docker engine that `IMAGE=name` wants, looked for before anything is started."""

import shutil
import subprocess

from local.child import StartError

ANSWER_SECONDS = 20


def require(image: str) -> None:
    """StartError unless an engine answers and has the image."""
    docker = shutil.which("docker")
    if not docker:
        raise StartError(f"IMAGE={image} needs a Docker engine, but the docker command was not found")
    if not _answers(docker, "version"):
        raise StartError(f"IMAGE={image} needs a Docker engine, but none answers: start one, or set DOCKER_HOST")
    if not _answers(docker, "image", "inspect", image):
        raise StartError(
            f"the Docker engine has no image {image}: build it with docker build -f container/Dockerfile -t {image} ."
        )


def _answers(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=ANSWER_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
