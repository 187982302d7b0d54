"""What tasks said and how they ended, read as facts: pure, from log lines, descriptions and causes."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from deployment.verification.judging import Unknown
from deployment.verification.place import Place
from vod.profiles.profile import Codec

Lines = Mapping[str, Any]
"""What the check's task printed, by the kind of the line."""


def parsed(messages: Iterable[str]) -> Lines:
    """The check's lines by their kind; what else is in the log is left out."""
    found = {}
    for message in messages:
        with suppress(ValueError):
            line = json.loads(message)
            if isinstance(line, dict) and "verify" in line:
                found[line["verify"]] = line
    return found


def told(lines: Lines, task: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The facts in what the check's task printed."""
    facts: dict[str, Any] = {"task-start": started(lines["start"], task)}
    for kind, read in READERS.items():
        line = lines.get(kind, {"failed": "it said nothing of it"})
        names = READS[kind]
        facts |= dict.fromkeys(names, Unknown(line["failed"])) if "failed" in line else read(line, place)
    return facts


def started(line: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, float] | Unknown:
    """How long each step took from RunTask to the process."""
    stamps = ("createdAt", "pullStartedAt", "pullStoppedAt")
    if any(task.get(name) is None for name in stamps):
        return Unknown("the task has no times")
    created, pull, pulled = (task[name].timestamp() for name in stamps)
    begun = line["processStarted"]
    return {
        "provision": pull - created,
        "pull": pulled - pull,
        "begin": begun - pulled,
        "total": begun - created,
        "import": line["at"] - begun,
    }


def _machine(line: Mapping[str, Any], place: Place) -> dict[str, Any]:
    return {
        "task-kernel": line["kernel"],
        "task-user": {"measured": line["uid"], "definition": place.user},
        "task-memory": {"measured": line["memoryMiB"], "definition": place.size.memory},
    }


def _confinement(line: Mapping[str, Any], _: Place) -> dict[str, Any]:
    return {f"task-{name}": line[name] for name in ("seccomp", "arriving", "landlock", "sandbox")}


def _folders(line: Mapping[str, Any], place: Place) -> dict[str, Any]:
    named = line["named"]
    efs = named["SCRATCH_DIR"]
    return {
        "task-root": line["others"],
        "task-folders": {name: found["writes"] for name, found in named.items()},
        "task-disk": named["TMPDIR"]["gib"],
        "efs-tls": {"tunnel": efs["tunnel"], "owner": efs["owner"], "user": place.user},
    }


def _disk(line: Mapping[str, Any], _: Place) -> dict[str, Any]:
    return {"efs-journal": {"fsyncMs": line["fsyncMs"], "writeMiBs": line["writeMiBs"]}}


def _objects(line: Mapping[str, Any], _: Place) -> dict[str, Any]:
    return {"s3-throughput": {"putMiBs": line["putMiBs"], "getMiBs": line["getMiBs"]}}


def _speeds(line: Mapping[str, Any], _: Place) -> dict[str, Any]:
    return {f"encode-speed-{codec.value}": line[codec.value] for codec in Codec}


READERS: Mapping[str, Callable[[Mapping[str, Any], Place], dict[str, Any]]] = {
    "machine": _machine,
    "confinement": _confinement,
    "folders": _folders,
    "disk": _disk,
    "objects": _objects,
    "speeds": _speeds,
}
READS = {
    "machine": ("task-kernel", "task-user", "task-memory"),
    "confinement": ("task-seccomp", "task-arriving", "task-landlock", "task-sandbox"),
    "folders": ("task-root", "task-folders", "task-disk", "efs-tls"),
    "disk": ("efs-journal",),
    "objects": ("s3-throughput",),
    "speeds": tuple(f"encode-speed-{codec.value}" for codec in Codec),
}


def ended_as(check: str, execution: Mapping[str, Any]) -> Any:
    """How an execution of one task failed, as far as the check asks."""
    if execution["status"] == "SUCCEEDED":
        return Unknown("it succeeded")
    error, cause = execution.get("error", ""), execution.get("cause", "")
    if check == "ecs-refused":
        return error
    try:
        task = json.loads(cause)
    except ValueError:
        return {"error": error, "stop": cause[:100]}
    found = {"error": error, "stop": task.get("StopCode")}
    if check == "ecs-exit-code":
        return {**found, "exit": task["Containers"][0].get("ExitCode")}
    return {**found, "reason": str(task.get("StoppedReason")).split(":")[0]}
