"""The stack that `make verify` makes beside a platform for some minutes, and its end, whatever happened meanwhile."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from deployment import REPOSITORY, stack
from deployment.failures import failures
from deployment.verification.place import Aws, Place
from local import templates

TEMPLATE = REPOSITORY / "stacks" / "verify.yaml"
CODE = Path(__file__).with_name("in_function.py")
OBJECTS = "jobs/verify-"
"""Where the check's task stores an object, in the output bucket: no video's folder has such a name."""
FUNCTION_MIB = 512
PATIENCE = {"Delay": 5, "MaxAttempts": 180}


def template() -> str:
    """The stack's template with the function's code in it."""
    whole = templates.load(TEMPLATE)
    whole["Resources"]["Function"]["Properties"]["Code"]["ZipFile"] = CODE.read_text()
    return json.dumps(whole)


def parameters(place: Place) -> dict[str, str]:
    """What the stack is given of the platform."""
    network, cluster = place.network, place.outputs["ClusterName"]
    return {
        "Architecture": place.architecture,
        "Layers": ",".join(place.layers),
        "MemoryMiB": str(FUNCTION_MIB),
        "ClusterArn": place.definition["taskDefinitionArn"].rsplit(":task-definition/", 1)[0] + f":cluster/{cluster}",
        "ClusterName": cluster,
        "TaskDefinitionFamily": place.definition["family"],
        "TaskRoleArn": place.definition["taskRoleArn"],
        "ExecutionRoleArn": place.definition["executionRoleArn"],
        "MissingImage": f"{place.repository}:verify-missing",
        "Subnets": ",".join(network["subnets"]),
        "SecurityGroup": network["securityGroups"][0],
        "AssignPublicIp": network["assignPublicIp"],
        "PermissionsBoundaryArn": place.parameters.get("PermissionsBoundaryArn", ""),
    }


@contextmanager
def made(aws: Aws, place: Place) -> Iterator[stack.Values]:
    """The stack's outputs while the body runs; everything goes afterwards, also what a run before left."""
    clean(aws, place)
    try:
        yield create(aws, place)
    finally:
        clean(aws, place)


def create(aws: Aws, place: Place) -> stack.Values:
    """Make the stack; its outputs. ValueError with what failed when it cannot be made."""
    client = aws.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters(place).items()]
    client.create_stack(
        StackName=place.name,
        TemplateBody=template(),
        Parameters=given,
        Capabilities=["CAPABILITY_IAM"],
        OnFailure="DO_NOTHING",  # so that its events say why; the cleaning up removes it
    )
    try:
        client.get_waiter("stack_create_complete").wait(StackName=place.name, WaiterConfig=PATIENCE)
    except WaiterError as late:
        why = "; ".join(map(str, failures(client, place.name))) or str(late)
        raise ValueError(f"the stack {place.name} could not be made: {why}") from late
    return stack.read(client, place.name).outputs


def clean(aws: Aws, place: Place) -> bool:
    """Remove everything that a run makes; whether there was anything."""
    client = aws.client("cloudformation")
    outputs, is_there = stack.read(client, place.name).outputs, bool(stack.read(client, place.name).status)
    if machine := outputs.get("Machine"):
        _stop_executions(aws.client("stepfunctions"), machine)
    stopped = _stop_tasks(aws.client("ecs"), place)
    removed = _empty(aws, place.outputs["OutputBucketName"], OBJECTS)
    if bucket := outputs.get("Bucket"):
        _empty(aws, bucket, "")
    if is_there:
        client.delete_stack(StackName=place.name)
        client.get_waiter("stack_delete_complete").wait(StackName=place.name, WaiterConfig=PATIENCE)
    return bool(is_there or stopped or removed)


def _stop_executions(client: Any, machine: str) -> None:
    for execution in client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        client.stop_execution(executionArn=execution["executionArn"])


def _stop_tasks(client: Any, place: Place) -> int:
    cluster = place.outputs["ClusterName"]
    running = client.list_tasks(cluster=cluster, startedBy=place.name, desiredStatus="RUNNING")["taskArns"]
    for task in running:
        client.stop_task(cluster=cluster, task=task, reason="make verify is over")
    return len(running)


def _empty(aws: Aws, bucket: str, prefix: str) -> int:
    """Delete every version of everything below a prefix; how many there were."""
    client, count = aws.client("s3"), 0
    with suppress(client.exceptions.NoSuchBucket):
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            found = [
                {"Key": each["Key"], "VersionId": each["VersionId"]}
                for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
            if found:
                client.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
            count += len(found)
    return count


def is_absent(error: ClientError) -> bool:
    """Whether a call failed since what it names is not there (yet)."""
    return error.response["Error"]["Code"] in ("ResourceNotFoundException", "NoSuchKey", "404")
