"""What a task definition becomes on this machine: command, environment and folders."""

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.emulator import docker
from local.emulator.containers import DEFAULT_STOP_TIMEOUT_SECONDS, Launch, Mounts, volume_folder

CONTAINER_NAME = "com.amazonaws.ecs.container-name"
LEAST_DISK_GIB = 20
"""What a task has that asks for nothing."""
GIB = 2**30
LOG = logging.getLogger("local.tasks")
DOCKER_INIT = Path(__file__).with_name("docker_init.py")


@dataclass(frozen=True, slots=True)
class Host:
    """This machine as containers see it; `image` is the root of the one image of the project.

    With an `engine` containers are Docker's, and run its image instead.
    """

    image: Path
    state: Path
    python: Path
    path: str
    endpoint: str
    engine: docker.Engine | None = None

    @property
    def app(self) -> tuple[str, Path]:
        """Where container/Dockerfile puts our code, and where that lies here."""
        return "/app", self.image / "app"


def lowered(value: Any) -> Any:
    """Task definitions made by CloudFormation keep PascalCase keys in places: answer camelCase throughout."""
    if isinstance(value, Mapping):
        return {key[:1].lower() + key[1:]: lowered(item) for key, item in value.items()}
    return [lowered(item) for item in value] if isinstance(value, list) else value


def file_system(volume: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The EFS part of a volume, however its key was spelled."""
    for key in ("efsVolumeConfiguration", "eFSVolumeConfiguration", "EFSVolumeConfiguration"):
        if volume.get(key):
            return dict(lowered(volume[key]))
    return None


def file_system_id(volume: Mapping[str, Any]) -> str | None:
    """The id of the file system behind a volume, None for a volume of another kind."""
    found = file_system(volume)
    return str(found.get("fileSystemId") or found.get("filesystemId")) if found else None


def volumes(definition: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Where a container mounts what: a path, and the id of a file system or None for the task's own disk."""
    known = {volume["name"]: volume for volume in lowered(definition.get("volumes") or [])}
    for point in lowered(container.get("mountPoints") or []):
        yield point["containerPath"], file_system_id(known[point["sourceVolume"]])


def shared_mounts(host: Host, definition: Mapping[str, Any], container: Mapping[str, Any]) -> Mounts:
    """A folder under the state folder for each file system, made when missing."""
    found = volumes(definition, container)
    return Mounts(tuple((path, volume_folder(host.state, system)) for path, system in found if system))


def own_mounts(host: Host, definition: Mapping[str, Any], container: Mapping[str, Any]) -> Mounts:
    """A new folder for each volume of the task's own disk."""
    disks = host.state / "disks"
    disks.mkdir(exist_ok=True)
    own = [path for path, system in volumes(definition, container) if system is None]
    return Mounts(tuple((path, Path(tempfile.mkdtemp(dir=disks))) for path in own))


def disk_bytes(definition: Mapping[str, Any]) -> int:
    """How large the disk of a task is, which its definition or an override says."""
    told = lowered(definition.get("ephemeralStorage") or {})
    return int(told.get("sizeInGiB", LEAST_DISK_GIB)) * GIB


@cache
def warn_of_disks() -> None:
    """Say once that only root can limit a disk."""
    LOG.warning("not root: the disks of tasks have NO LIMIT here, so a plan that asks for too little is not noticed")


def container_environment(host: Host, mounts: Mounts, given: Mapping[str, str]) -> dict[str, str]:
    """The container's own variables with paths resolved, and what the image would have set."""
    own = {name: mounts.resolve(value) for name, value in given.items()}
    # ministack's credentials endpoint answers the account's key: the role's session stands in the environment instead.
    own.pop("AWS_CONTAINER_CREDENTIALS_FULL_URI", None)
    own.pop("AWS_CONTAINER_AUTHORIZATION_TOKEN", None)
    metadata = own.get("ECS_CONTAINER_METADATA_URI_V4", "")
    return {
        "PATH": f"{host.python.parent}:{host.path}",
        "HOME": str(host.state / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(host.image / "app"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **own,
        "AWS_ENDPOINT_URL": host.endpoint,
        "ECS_CONTAINER_METADATA_URI_V4": metadata.replace("host.docker.internal", "127.0.0.1"),
    }


def entry_point(host: Host, container: Mapping[str, Any]) -> Sequence[str]:
    """The definition's entry point, else the image's."""
    return container.get("entryPoint") or ["python", "/app/encode.py"]


def container_definition(definition: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The definition of the container that is to start, in camelCase, with the limits of its task."""
    name = arguments["labels"][CONTAINER_NAME]
    container = next(one for one in definition["containerDefinitions"] if one["name"] == name)
    limits = {size: definition[size] for size in ("cpu", "memory") if definition.get(size)}
    return dict(lowered(container)) | limits


def let_in(user: str, folder: Path) -> None:
    """What an EFS access point does: the folder is its user's, or everybody's where we may not give it away."""
    try:
        os.chown(folder, int(user), -1)
    except (ValueError, PermissionError):
        folder.chmod(0o777)


def docker_launch(
    host: Host,
    engine: docker.Engine,
    definition: Mapping[str, Any],
    arguments: Mapping[str, Any],
    credentials: Mapping[str, str],
) -> Launch:
    """One container of a task as a `docker run`, which hands on what the client finds in its environment."""
    container = container_definition(definition, arguments)
    mounts = shared_mounts(host, definition, container)
    for _, folder in mounts.places:
        let_in(str(container.get("user") or ""), folder)
    own = [(path, "") for path, system in volumes(definition, container) if system is None]
    here = {**container_environment(host, Mounts(()), arguments.get("environment") or {}), **credentials}
    handed = [name for name in here if name in credentials or name in arguments.get("environment", {})]
    places = [*((inside, str(folder)) for inside, folder in mounts.places), *own]
    return Launch(
        command=docker.run_command(engine, container, places, handed, arguments.get("command") or []),
        environment=here,
        directory=host.state,
        stop_timeout=float(container.get("stopTimeout") or DEFAULT_STOP_TIMEOUT_SECONDS),
        init=DOCKER_INIT,
    )


def launch(
    host: Host,
    definition: Mapping[str, Any],
    arguments: Mapping[str, Any],
    credentials: Mapping[str, str],
    disk: int,
    refused: Sequence[str] = (),
) -> Launch:
    """One container of a task as a command of this machine, with a disk of so many bytes.

    The kernel offers it nothing of what is `refused`."""
    container = container_definition(definition, arguments)
    if host.engine:
        return docker_launch(host, host.engine, definition, arguments, credentials)
    own = own_mounts(host, definition, container)
    mounts = Mounts((host.app, *shared_mounts(host, definition, container).places, *own.places))
    if os.geteuid() != 0:
        warn_of_disks()
    command = [*entry_point(host, container), *(arguments.get("command") or [])]
    program = str(host.python) if command[0] in ("python", "python3") else command[0]
    environment = container_environment(host, mounts, arguments.get("environment") or {})
    return Launch(
        command=(mounts.resolve(program), *(mounts.resolve(word) for word in command[1:])),
        environment={**environment, **credentials},
        directory=host.image / "app",
        stop_timeout=float(container.get("stopTimeout") or DEFAULT_STOP_TIMEOUT_SECONDS),
        options=(*(f"--disk={disk}:{folder}" for _, folder in own.places), *(f"--refuse={what}" for what in refused)),
        folders=tuple(folder for _, folder in own.places),
    )
