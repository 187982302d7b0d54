"""ECS tasks run, stop and are limited as on AWS."""

import json
import os

import pytest

from local.clients import Clients
from tests.local import aws


def test_a_task_ends_with_its_containers_exit_code(clients: Clients) -> None:
    task = aws.stopped(clients, aws.run_task(clients, aws.task_definition(clients, "raise SystemExit(3)")))

    assert task["stopCode"] == "EssentialContainerExited"
    assert task["containers"][0]["exitCode"] == 3


def test_stop_task_ends_the_container_with_sigterm(clients: Clients) -> None:
    task = aws.run_task(clients, aws.task_definition(clients, "import time; time.sleep(60)"))
    aws.until(lambda: aws.describe(clients, task)["lastStatus"] == "RUNNING")

    asked = clients.ecs.stop_task(task=task, reason="enough")["task"]

    assert asked["desiredStatus"] == "STOPPED"
    ended = aws.stopped(clients, task)
    assert (ended["stopCode"], ended["stoppedReason"]) == ("UserInitiated", "enough")
    assert ended["containers"][0]["exitCode"] == 128 + 15


def test_a_task_beyond_the_limit_waits_for_its_turn(clients: Clients) -> None:
    definition = aws.task_definition(clients, "import time; time.sleep(1)")
    first, second = aws.run_task(clients, definition), aws.run_task(clients, definition)
    aws.until(lambda: aws.describe(clients, first)["lastStatus"] == "RUNNING")

    assert aws.describe(clients, second)["lastStatus"] == "PROVISIONING"

    assert aws.stopped(clients, second)["containers"][0]["exitCode"] == 0


def test_a_task_of_a_video_that_has_none_does_not_wait_for_another_video(clients: Clients) -> None:
    definition = aws.task_definition(clients, "never run")

    def encode(plan: str) -> str:
        command = ["import time; time.sleep(2)", "--plan-key", plan, "--chunk", "0"]
        return aws.run_task(
            clients, definition, overrides={"containerOverrides": [{"name": "main", "command": command}]}
        )

    film = [encode("film") for _ in range(2)]
    aws.until(lambda: "RUNNING" in [aws.describe(clients, task)["lastStatus"] for task in film])
    short = encode("short")
    aws.until(lambda: aws.describe(clients, short)["lastStatus"] == "RUNNING")

    assert sorted(aws.describe(clients, task)["lastStatus"] for task in film) == ["PROVISIONING", "RUNNING"]
    for task in (*film, short):
        assert aws.stopped(clients, task)["containers"][0]["exitCode"] == 0


def test_a_waiting_task_can_be_stopped(clients: Clients) -> None:
    definition = aws.task_definition(clients, "import time; time.sleep(1)")
    first, second = aws.run_task(clients, definition), aws.run_task(clients, definition)
    aws.until(lambda: aws.describe(clients, first)["lastStatus"] == "RUNNING")

    clients.ecs.stop_task(task=second)

    assert aws.stopped(clients, second)["stopCode"] == "UserInitiated"
    assert aws.stopped(clients, first)["stopCode"] == "EssentialContainerExited"


def test_a_container_acts_in_the_name_of_its_task_role(clients: Clients) -> None:
    role = aws.role(clients)
    program = (
        "import boto3; arn = boto3.client('sts').get_caller_identity()['Arn']; raise SystemExit('/%s/' not in arn)"
    )
    definition = aws.task_definition(clients, program % role.rsplit("/", 1)[1], taskRoleArn=role)

    assert aws.stopped(clients, aws.run_task(clients, definition))["containers"][0]["exitCode"] == 0


def test_what_the_task_role_does_not_allow_is_denied(clients: Clients) -> None:
    program = (
        "import boto3, botocore.exceptions as e\n"
        "try: boto3.client('s3').list_buckets()\n"
        "except e.ClientError as error: raise SystemExit(error.response['Error']['Code'] != 'AccessDenied')\n"
        "raise SystemExit(2)"
    )
    definition = aws.task_definition(clients, program, taskRoleArn=aws.role(clients))

    assert aws.stopped(clients, aws.run_task(clients, definition))["containers"][0]["exitCode"] == 0


def test_without_the_right_to_mount_its_file_system_a_task_does_not_start(clients: Clients) -> None:
    volume = {
        "name": "scratch",
        "efsVolumeConfiguration": {
            "fileSystemId": "fs-12345678",
            "transitEncryption": "ENABLED",
            "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"},
        },
    }
    definition = aws.task_definition(clients, "pass", taskRoleArn=aws.role(clients), volumes=[volume])

    task = aws.stopped(clients, aws.run_task(clients, definition))

    assert task["stopCode"] == "TaskFailedToStart"
    assert "elasticfilesystem:ClientMount" in task["stoppedReason"]


def test_the_end_of_a_task_is_announced(clients: Clients) -> None:
    queue = clients.sqs.create_queue(QueueName=aws.unique("events"))["QueueUrl"]
    arn = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}]}
    clients.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    definition = aws.task_definition(clients, "pass")
    pattern = {"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"], "taskDefinitionArn": [definition]}}
    rule = aws.unique("rule")
    clients.events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    clients.events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])

    task = aws.run_task(clients, definition)

    message = aws.until(lambda: clients.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))
    assert json.loads(message[0]["Body"])["detail"]["taskArn"] == task


def test_a_disk_that_fargate_does_not_have_is_refused(clients: Clients) -> None:
    definition = aws.task_definition(clients, "pass")

    for size in (20, 201):
        with pytest.raises(clients.ecs.exceptions.InvalidParameterException, match="21 to 200"):
            aws.run_task(clients, definition, overrides={"ephemeralStorage": {"sizeInGiB": size}})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can limit a disk")
def test_a_task_has_the_disk_that_it_asks_for_to_itself(clients: Clients) -> None:
    program = (
        "import os; disk = os.environ['D']; d = os.statvfs(disk)\n"
        "open(disk + '/mine', 'x').close(); raise SystemExit(d.f_blocks * d.f_frsize >> 30)"
    )
    volumes = [{"name": "disk"}]
    mounts = [{"sourceVolume": "disk", "containerPath": "/disk"}]
    environment = [{"name": "D", "value": "/disk"}]
    settings = {"mountPoints": mounts, "environment": environment}
    definition = aws.task_definition(
        clients, program, volumes=volumes, ephemeralStorage={"sizeInGiB": 30}, container=settings
    )

    first = aws.stopped(clients, aws.run_task(clients, definition))
    asked = {"ephemeralStorage": {"sizeInGiB": 40}}
    second = aws.stopped(clients, aws.run_task(clients, definition, overrides=asked))

    assert [task["containers"][0]["exitCode"] for task in (first, second)] == [30, 40]


def test_a_task_whose_image_is_not_there_does_not_start(clients: Clients) -> None:
    repository = clients.ecr.create_repository(repositoryName=aws.unique("encoder"))["repository"]
    image = f"{repository['repositoryUri']}:v1"
    definition = aws.task_definition(clients, "pass", container={"image": image})
    missing = aws.stopped(clients, aws.run_task(clients, definition))
    clients.ecr.put_image(repositoryName=repository["repositoryName"], imageTag="v1", imageManifest="{}")

    there = aws.stopped(clients, aws.run_task(clients, definition))

    assert missing["stopCode"] == "TaskFailedToStart"
    assert missing["stoppedReason"].startswith("CannotPullContainerError")
    assert there["stopCode"] == "EssentialContainerExited"
