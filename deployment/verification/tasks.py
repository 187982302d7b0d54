"""What Fargate, EFS, S3 and Step Functions do with tasks: one that measures, and some that end as they should not."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from deployment.stack import Values
from deployment.verification.checks import DISK_GIB, EXIT_CODE, FARGATE_DISK_GIB
from deployment.verification.judging import Unknown
from deployment.verification.place import Aws, Place
from deployment.verification.scratch import OBJECTS, is_absent
from deployment.verification.task_report import Lines, ended_as, parsed, told
from vod.aws.addresses import signing

LIMIT_SECONDS = 900.0
POLL_SECONDS = 1.0
_OF_STATES = ("TaskStateEntered", "TaskStateExited")
ON_DEMAND = [{"capacityProvider": "FARGATE", "weight": 1}]


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
        command = ["--check", "--put", self._address("put_object"), "--get", self._address("get_object")]
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

    def _address(self, method: str) -> str:
        """Under which the task stores or reads its object: its own role may do neither."""
        named = {"Bucket": self.place.outputs["OutputBucketName"], "Key": f"{OBJECTS}{self.place.name}/object"}
        client = self.aws.client("s3", config=Config(**signing(os.environ)))
        return str(client.generate_presigned_url(method, Params=named, ExpiresIn=900))

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
