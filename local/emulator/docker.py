"""A task's container as a `docker run` of the real image, with what the task definition says of it."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CPU_UNITS = 1024  # of ECS, a processor


@dataclass(frozen=True, slots=True)
class Engine:
    """The image that tasks run, whatever their definition names, and the engine's address (empty: the client's own)."""

    image: str
    address: str = ""

    @property
    def client(self) -> tuple[str, ...]:
        """The command line's beginning."""
        return ("docker", "--host", self.address) if self.address else ("docker",)


def run_command(
    engine: Engine,
    definition: Mapping[str, Any],
    places: Sequence[tuple[str, str]],
    variables: Sequence[str],
    command: Sequence[str],
) -> tuple[str, ...]:
    """The whole command line, its second half the container's own.

    `definition` is the container's, in camelCase, with the task's `cpu` and `memory`; `places` are mounts, path inside
    and folder here, no folder for a volume of the task's own, which gets its owner from the image; `variables` are
    names whose values the client takes from its own environment.
    """
    mounts = (f"--volume={folder}:{inside}" if folder else f"--volume={inside}" for inside, folder in places)
    handed = (f"--env={name}" for name in variables)
    entry = [f"--entrypoint={word}" for word in (definition.get("entryPoint") or [])[:1]]
    rest = (definition.get("entryPoint") or [])[1:]
    limits = (*restrictions(definition), *resources(definition))
    return (*engine.client, "run", "--rm", *limits, *mounts, *handed, *entry, engine.image, *rest, *command)


def restrictions(definition: Mapping[str, Any]) -> Iterator[str]:
    """What the container may not do."""
    parameters = definition.get("linuxParameters") or {}
    if definition.get("readonlyRootFilesystem"):
        yield "--read-only"
    for capability in (parameters.get("capabilities") or {}).get("drop") or ():
        yield f"--cap-drop={capability}"
    if parameters.get("initProcessEnabled"):
        yield "--init"
    if definition.get("user"):
        yield f"--user={definition['user']}"
    yield "--security-opt=no-new-privileges"
    yield "--network=host"  # the emulator listens on loopback only
    yield "--name=vod-" + uuid.uuid4().hex[:16]


def resources(definition: Mapping[str, Any]) -> Iterator[str]:
    """How much of this machine it gets: Docker refuses more processors than there are."""
    if definition.get("cpu"):
        yield f"--cpus={min(int(definition['cpu']) / CPU_UNITS, os.cpu_count() or 1):g}"
    if definition.get("memory"):
        yield from (f"--memory={definition['memory']}m", f"--memory-swap={definition['memory']}m")
