"""The platform that is verified, as far as it is used, and clients of its account."""

import threading
from dataclasses import dataclass, field
from typing import Any

from deployment import inventory
from deployment import stack as stacks
from vod.money import prices
from vod.money.cost import MICRO, of_task
from vod.plan.sizing import TaskSize

LAYERS = ("VodLayer", "LibavLayer")
_CHECK_SECONDS, _SHORT_SECONDS = 240, 60
_REST_USD = 0.005
"""Some dozen calls of a function, requests, queue, stream and logs: a tenth of that, and an active user of Cognito."""
_MISSING = TaskSize(256, 512)


@dataclass(slots=True)
class Aws:
    """Clients of a session, each made once: making them is not safe in several threads."""

    session: Any
    _made: dict[str, Any] = field(init=False, repr=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def client(self, service: str, **settings: Any) -> Any:
        """The client of a service."""
        key = f"{service} {settings}"
        with self._lock:
            if key not in self._made:
                self._made[key] = self.session.client(service, **settings)
            return self._made[key]


@dataclass(frozen=True, slots=True)
class Place:
    """One platform: its outputs, parameters and resources, and its encoder's task definition."""

    stack: str
    outputs: stacks.Values
    parameters: stacks.Values
    parts: tuple[inventory.Part, ...]
    definition: dict[str, Any]

    @property
    def name(self) -> str:
        """Of the stack that is made beside it."""
        return f"{self.stack}-verify"

    @property
    def container(self) -> dict[str, Any]:
        """The encoder's container."""
        return dict(self.definition["containerDefinitions"][0])

    @property
    def repository(self) -> str:
        """Where its image is pulled from: the stack's own repository, or the one of a pipeline."""
        return str(self.container["image"]).rpartition(":")[0]

    @property
    def user(self) -> int:
        """Who it runs as."""
        return int(str(self.container.get("user", "0")).split(":")[0])

    @property
    def size(self) -> TaskSize:
        """Of a task without an override."""
        return TaskSize(int(self.definition["cpu"]), int(self.definition["memory"]))

    @property
    def architecture(self) -> str:
        """Of functions and tasks."""
        return str(self.parameters.get("Architecture", "arm64"))

    @property
    def log(self) -> tuple[str, str]:
        """Group of the encoder's log, and what its streams' names begin with."""
        options = self.container["logConfiguration"]["options"]
        return options["awslogs-group"], f"{options['awslogs-stream-prefix']}/{self.container['name']}"

    @property
    def network(self) -> dict[str, Any]:
        """The encoder's subnets and security group, as RunTask wants them."""
        return {
            "subnets": [self.part("SubnetA"), self.part("SubnetB")],
            "securityGroups": [self.part("EncoderSecurityGroup")],
            "assignPublicIp": "ENABLED" if self.parameters.get("NetworkMode") == "public" else "DISABLED",
        }

    @property
    def layers(self) -> list[str]:
        """ARNs of the layers with our code and libav."""
        found = [each for each in self.parts if each.kind == "AWS::Lambda::LayerVersion"]
        return [each.physical_id for name in LAYERS for each in found if each.logical_id.startswith(name)]

    def part(self, logical_id: str) -> str:
        """The physical id of a resource; KeyError when there is none of this name."""
        known = {each.logical_id: each.physical_id for each in self.parts}
        return known[logical_id]

    def usd(self) -> float:
        """About what a run costs, at the prices in src/vod/money/prices.json."""
        price = prices.read().fargate[self.architecture]
        tasks = ((self.size, _CHECK_SECONDS), (self.size, _SHORT_SECONDS), (_MISSING, _SHORT_SECONDS))
        return sum(of_task(size, seconds, False, price) for size, seconds in tasks) / MICRO + _REST_USD


def find(aws: Aws, name: str) -> Place:
    """The platform of a stack; ValueError when there is none."""
    cloudformation = aws.client("cloudformation")
    made = stacks.read(cloudformation, name)
    if "ClusterName" not in made.outputs:
        raise ValueError(f"there is no stack {name} with a platform in it")
    parts = tuple(inventory.parts(cloudformation, name))
    arn = next(each.physical_id for each in parts if each.kind == "AWS::ECS::TaskDefinition")
    definition = aws.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return Place(name, made.outputs, made.parameters, parts, definition)
