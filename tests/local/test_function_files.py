"""A function's folder is what tasks mount; without its role's rights it has neither files nor network."""

import json
from typing import Any

from local.clients import Clients
from tests.local import aws

WRITES = """
import os, pathlib
def handler(event, context):
    place = pathlib.Path(os.environ["PLACE"])
    place.mkdir(exist_ok=True)
    (place / "file").touch()
    return [str(place), len(list(place.iterdir()))]
"""
MOUNT = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
INTERFACES = [f"ec2:{action}NetworkInterface" for action in ("Create", "Delete")] + ["ec2:DescribeNetworkInterfaces"]
NETWORK = [*INTERFACES, "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]


def mount(clients: Clients) -> tuple[str, dict[str, Any]]:
    """A file system, and what mounts it at /mnt/files."""
    made = clients.efs.create_file_system(CreationToken=aws.unique("files"))["FileSystemId"]
    point = clients.efs.create_access_point(ClientToken=aws.unique("point"), FileSystemId=made)
    return made, {"Arn": point["AccessPointArn"], "LocalMountPath": "/mnt/files"}


def test_a_path_below_a_mount_is_a_folder_of_the_file_system(clients: Clients) -> None:
    files, mounted = mount(clients)
    role = aws.role(clients, aws.allow(MOUNT))
    settings = {"FileSystemConfigs": [mounted], "Environment": {"Variables": {"PLACE": "/mnt/files/here"}}}

    (place, count), failed = aws.invoke(clients, aws.function(clients, WRITES, role, **settings))

    assert not failed
    assert place.endswith(f"/volumes/{files}/here")
    assert count == 1


def test_a_function_that_may_not_mount_does_not_start(clients: Clients) -> None:
    _, mounted = mount(clients)
    role = aws.role(clients, aws.allow(MOUNT[0]))
    settings = {"FileSystemConfigs": [mounted], "Environment": {"Variables": {"PLACE": "/mnt/files/here"}}}

    answer, failed = aws.invoke(clients, aws.function(clients, WRITES, role, **settings))

    assert failed
    assert answer["errorType"] == "EFSMountFailureException"
    assert MOUNT[1] in answer["errorMessage"]


def test_a_function_in_a_network_needs_rights_to_its_interfaces(clients: Clients) -> None:
    def status(role: str) -> str:
        properties = {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": role,
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        }
        template = json.dumps({"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
        name = clients.cloudformation.create_stack(StackName=aws.unique("stack"), TemplateBody=template)["StackId"]

        def ended() -> str | None:
            (stack,) = clients.cloudformation.describe_stacks(StackName=name)["Stacks"]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else str(stack["StackStatus"])

        return str(aws.until(ended))

    assert status(aws.role(clients, aws.allow(NETWORK))) == "CREATE_COMPLETE"
    assert status(aws.role(clients, aws.allow(INTERFACES))) == "ROLLBACK_COMPLETE"
