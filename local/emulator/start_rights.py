"""What AWS needs to start a task: its image, and rights to pull it, to log, and to mount the file system."""

from collections.abc import Mapping
from typing import Any

from ministack.services import ecr, ecs

from local.emulator import iam
from local.emulator.tasks import file_system, file_system_id, lowered

PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
MOUNT = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")


def require_start_rights(definition: Mapping[str, Any], image: str, account: str, region: str) -> None:
    """Raise AccessDenied where AWS could not start the task: image pull, log stream, mount of the file system."""
    agent, task = definition.get("executionRoleArn"), definition.get("taskRoleArn")
    if agent:
        _require_image(agent, image, account, region)
        for container in definition["containerDefinitions"]:
            _require_logs(agent, container, account, region)
    for volume in lowered(definition.get("volumes") or []):
        if task:
            _require_mount(task, volume, account, region)


def require_image(image: str, account: str) -> None:
    """Raise what becomes CannotPullContainerError where a repository of this account has no such image."""
    host, _, path = image.partition("/")
    if not host.startswith(f"{account}.dkr.ecr."):
        return
    name, _, tag = path.partition(":")
    if ecr._find_image(name, {"imageTag": tag or "latest"}) is None:
        raise ecs._ImagePullError(
            f"pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {image}: not found"
        )


def _require_image(role: str, image: str, account: str, region: str) -> None:
    if ".dkr.ecr." not in image:
        return
    iam.require(role, "ecr:GetAuthorizationToken", "*")
    name = image.split("/", 1)[1].split("@")[0].split(":")[0]
    repository = f"arn:aws:ecr:{region}:{account}:repository/{name}"
    for action in PULL:
        iam.require(role, action, repository)


def _require_logs(role: str, container: Mapping[str, Any], account: str, region: str) -> None:
    logging = lowered(container.get("logConfiguration") or {})
    group = (logging.get("options") or {}).get("awslogs-group")
    if logging.get("logDriver") != "awslogs" or not group:
        return
    for action in LOG:
        iam.require(role, action, f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:local")


def _require_mount(role: str, volume: Mapping[str, Any], account: str, region: str) -> None:
    found = file_system(volume)
    authorization = lowered((found or {}).get("authorizationConfig") or {})
    if not found or str(authorization.get("iAM") or authorization.get("iam")).upper() != "ENABLED":
        return
    require_mount(role, str(file_system_id(volume)), str(authorization.get("accessPointId", "")), account, region)


def require_mount(role: str, file_system: str, point: str, account: str, region: str) -> None:
    """Raise AccessDenied where a role may not mount a file system by an access point, to write."""
    resource = f"arn:aws:elasticfilesystem:{region}:{account}:file-system/{file_system}"
    context = {
        "elasticfilesystem:AccessPointArn": f"arn:aws:elasticfilesystem:{region}:{account}:access-point/{point}",
        "elasticfilesystem:AccessedViaMountTarget": "true",
        "aws:SecureTransport": "true",
    }
    for action in MOUNT:
        iam.require(role, action, resource, context)
