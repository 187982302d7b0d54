"""Permissions boundaries of roles that CloudFormation makes: ministack knows them by IAM's own calls only."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

ROLE = "AWS::IAM::Role"
Handler = Callable[..., Any]
Properties = Mapping[str, Any]


def create(inner: Handler, logical_id: str, properties: Properties, stack: str) -> Any:
    """Make a role within its boundary."""
    return _bounded(inner(logical_id, properties, stack), properties)


def update(inner: Handler, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Any:
    """Change one, and its boundary."""
    return _bounded(inner(physical_id, old, new, stack, logical_id), new)


def _bounded(made: Any, properties: Properties) -> Any:
    iam._roles[made[0]]["PermissionsBoundary"] = properties.get("PermissionsBoundary")
    return made


def install() -> None:
    """Make and change roles like this."""
    handlers = provisioners._RESOURCE_HANDLERS[ROLE]
    for verb, bounded in (("create", create), ("update", update)):
        handlers[verb] = partial(bounded, handlers[verb])
