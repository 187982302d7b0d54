"""A function's network and file systems: its role's rights to both, and the folder behind each mount."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker
from ministack.services import efs, lambda_svc
from ministack.services.cloudformation import provisioners

from local.emulator import iam, seams
from local.emulator.containers import Mounts, volume_folder
from local.emulator.function_code import unpacked
from local.emulator.start_rights import require_mount

FUNCTION = "AWS::Lambda::Function"
NETWORK = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""As in the managed policy AWSLambdaVPCAccessExecutionRole."""
KEPT = ("VpcConfig", "FileSystemConfigs")

_begin = Worker.__init__


def require_network(properties: Mapping[str, Any]) -> None:
    """Raise AccessDenied where Lambda could not put the function into its network with the function's role."""
    for action in NETWORK if properties.get("VpcConfig") else ():
        iam.require(properties["Role"], action, "*", session="lambda")


def keeping(handler: Callable[..., Any], position: int) -> Callable[..., Any]:
    """A creation or update that keeps in the function's configuration what ministack's CloudFormation drops."""

    def keep(*arguments: Any) -> Any:
        made = handler(*arguments)
        config = lambda_svc._functions[made[0]]["config"]
        config.update({name: value for name in KEPT if (value := arguments[position].get(name))})
        return made

    return keep


def _file_systems(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(path, file system, access point) of each mount."""
    for mount in config.get("FileSystemConfigs") or ():
        point = mount["Arn"].rsplit("/", 1)[1]
        yield mount["LocalMountPath"], efs._access_points[point]["FileSystemId"], point


def require_mounts(config: Mapping[str, Any]) -> None:
    """Raise AccessDenied where the function's role may not mount what it is to."""
    region, account = config["FunctionArn"].split(":")[3:5]
    for _, file_system, point in _file_systems(config):
        require_mount(config["Role"], file_system, point, account, region)


def places(config: Mapping[str, Any], state: Path) -> tuple[tuple[str, Path], ...]:
    """(path inside the function, folder of this machine) of each mount."""
    return tuple((path, volume_folder(state, file_system)) for path, file_system, _ in _file_systems(config))


def mounted(config: Mapping[str, Any], state: Path) -> dict[str, Any]:
    """The configuration with folders of this machine in its variables, in place of paths below a mount."""
    found = places(config, state)
    if not found:
        return dict(config)
    mounts, variables = Mounts(found), (config.get("Environment") or {}).get("Variables") or {}
    resolved = {name: mounts.resolve(value) for name, value in variables.items()}
    return {**config, "Environment": {"Variables": resolved}}


def install(state: Path) -> None:
    """Give functions their files."""
    handlers = provisioners._RESOURCE_HANDLERS[FUNCTION]
    handlers["create"], handlers["update"] = keeping(handlers["create"], 1), keeping(handlers["update"], 2)

    def begin(worker: Worker, name: str, config: dict[str, Any], code: bytes) -> None:
        _begin(worker, name, mounted(config, state), unpacked(code))

    seams.replace(Worker, "__init__", begin, expected="9f537cd431cf")
