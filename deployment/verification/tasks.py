"""What Fargate, EFS, S3 and Step Functions do with tasks: one that measures, and some that end as they should not."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from deployment.stack import Values
from deployment.verification.checks import DISK_GIB, EXIT_CODE, FARGATE_DISK_GIB, Unknown
from deployment.verification.place import Aws, Place
from deployment.verification.scratch import OBJECTS, is_absent
from vod.profile import Codec

LIMIT_SECONDS = 900.0
POLL_SECONDS = 1.0
_OF_STATES = ("TaskStateEntered", "TaskStateExited")
ON_DEMAND = [{"capacityProvider": "FARGATE", "weight": 1}]
Lines = Mapping[str, Any]
"""What the check's task printed, by the kind of the line."""


def until[T](look: Callable[[], T | None], what: str, seconds: float = LIMIT_SECONDS, pause: float = POLL_SECONDS) -> T:
    """The first thing that `look` gives; TimeoutError names what did not come."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(pause)
    return found


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks of one platform; `made` are the outputs of the scratch stack."""

    aws: Aws
    place: Place
    made: Values

    def measure(self) -> dict[str, Any]:
        """Run the check's task, stop it when it is done, and read its log."""
        arn = self._run()
        until(lambda: self._done(arn), "the report of the check's task")
        asked = time.time()
        self.aws.client("ecs").stop_task(cluster=self._cluster, task=arn, reason="make verify has its report")
        task = until(lambda: self._stopped(arn), "the end of the check's task")
        ended = self._lines(arn).get("sigterm")
        sigterm = ended["at"] - asked if ended else Unknown("it said nothing")
        return {**told(self._lines(arn), task, self.place), "task-sigterm": sigterm, **self._event(task)}

    @property
    def _cluster(self) -> str:
        return str(self.place.outputs["ClusterName"])

    def _run(self) -> str:
        command = ["--check", "--key", f"{OBJECTS}{int(time.time())}/object"]
        answer = self.aws.client("ecs").run_task(
            cluster=self._cluster,
            taskDefinition=self.place.definition["taskDefinitionArn"],
            startedBy=self.place.name,
            capacityProviderStrategy=ON_DEMAND,
            networkConfiguration={"awsvpcConfiguration": self.place.network},
            overrides={
                "ephemeralStorage": {"sizeInGiB": DISK_GIB},
                "containerOverrides": [{"name": self.place.container["name"], "command": command}],
            },
        )
        if answer["failures"]:
            raise ValueError(f"RunTask: {answer['failures'][0].get('reason')}")
        return str(answer["tasks"][0]["taskArn"])

    def _task(self, arn: str) -> dict[str, Any]:
        return dict(self.aws.client("ecs").describe_tasks(cluster=self._cluster, tasks=[arn])["tasks"][0])

    def _stopped(self, arn: str) -> dict[str, Any] | None:
        task = self._task(arn)
        return task if task["lastStatus"] == "STOPPED" else None

    def _done(self, arn: str) -> Lines | None:
        """Its lines once it said `done`; ValueError when it ended without."""
        lines = self._lines(arn)
        if "done" in lines:
            return lines
        if (task := self._stopped(arn)) and "done" not in self._lines(arn):
            raise ValueError(f"the check's task ended: {task.get('stoppedReason')}; has the image container/check.py?")
        return None

    def _lines(self, arn: str) -> Lines:
        group, prefix = self.place.log
        stream = f"{prefix}/{arn.rsplit('/', 1)[1]}"
        try:
            events = self.aws.client("logs").get_log_events(
                logGroupName=group, logStreamName=stream, startFromHead=True
            )["events"]
        except ClientError as error:
            if is_absent(error):
                return {}
            raise
        return parsed(event["message"] for event in events)

    def _event(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """The event of the task's end, and how long after it that came."""
        message = until(self._message, "the event of the task's end", 120)
        detail = json.loads(message["Body"])["detail"]
        sent = int(message["Attributes"]["SentTimestamp"]) / 1000
        names = sorted(name for name, value in detail.items() if value not in (None, ""))
        return {"event-task-ended": names, "event-delay": max(0.0, sent - task["stoppedAt"].timestamp())}

    def _message(self) -> dict[str, Any] | None:
        answer = self.aws.client("sqs").receive_message(
            QueueUrl=self.made["Queue"], WaitTimeSeconds=5, AttributeNames=["SentTimestamp"]
        )
        return next(iter(answer.get("Messages", ())), None)

    def endings(self) -> dict[str, Any]:
        """How runTask.sync tells of tasks that fail, do not start or are refused: all at a time."""
        definition, name = self.place.definition["taskDefinitionArn"], self.place.container["name"]
        command = ["--check", "--exit", str(EXIT_CODE)]
        fails = {
            "ContainerOverrides": [{"Name": name, "Command": command}],
            "EphemeralStorage": {"SizeInGiB": DISK_GIB},
        }
        asked = {
            "ecs-exit-code": {"definition": definition, "overrides": fails},
            "ecs-no-image": {"definition": self.made["MissingImageTask"], "overrides": {}},
            "ecs-refused": {
                "definition": definition,
                "overrides": {**fails, "EphemeralStorage": {"SizeInGiB": FARGATE_DISK_GIB + 1}},
            },
        }
        client = self.aws.client("stepfunctions")
        started = {
            check: client.start_execution(stateMachineArn=self.made["Machine"], input=json.dumps(given))["executionArn"]
            for check, given in asked.items()
        }
        ended = {check: until(partial(self._ended, arn), f"the end of {check}") for check, arn in started.items()}
        history = client.get_execution_history(executionArn=started["ecs-exit-code"])["events"]
        events = sum(event["type"].startswith("Task") for event in history if event["type"] not in _OF_STATES)
        return {check: ended_as(check, execution) for check, execution in ended.items()} | {"ecs-history": events}

    def _ended(self, arn: str) -> dict[str, Any] | None:
        found = self.aws.client("stepfunctions").describe_execution(executionArn=arn)
        return None if found["status"] == "RUNNING" else dict(found)


def parsed(messages: Any) -> Lines:
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
    return {f"task-{name}": line[name] for name in ("seccomp", "landlock", "sandbox")}


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
    "confinement": ("task-seccomp", "task-landlock", "task-sandbox"),
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
