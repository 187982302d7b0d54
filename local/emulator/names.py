"""Names of resources: those that CloudFormation makes up are cut to what a service takes, longer given ones refused."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ministack.services.cloudformation import provisioners

from local.emulator import seams
from local.emulator.name_limits import LIMITS, given

RANDOM_LENGTH = 13
SECRET, SECRET_RANDOM_LENGTH = "AWS::SecretsManager::Secret", 12
LOG_GROUP = "AWS::Logs::LogGroup"
Handler = Callable[..., Any]


class NameTooLongError(ValueError):
    """A name that its service refuses; the text is AWS's."""


def made_up(stack: str, logical_id: str, *, lowercase: bool = False, max_len: int = 128, seeded: bool = True) -> str:
    """A name as CloudFormation makes it up: stack, logical id and a random end, the first two cut alike.

    So the name of a rule begins with no more than 24 characters of its stack's.
    """
    seed = provisioners._NAME_SEED.get() if seeded else ""
    random = hashlib.sha256(f"{stack}:{logical_id}:{seed}".encode()).hexdigest()[:RANDOM_LENGTH].upper()
    if len(stack) + len(logical_id) + RANDOM_LENGTH + 2 > max_len:
        part = (max_len - RANDOM_LENGTH - 2) // 2
        stack, logical_id = stack[:part], logical_id[:part]
    name = f"{stack}-{logical_id}-{random}"
    return name.lower() if lowercase else name


def of_secret(stack: str, logical_id: str) -> str:
    """A secret's name as CloudFormation makes it up, without its stack's.

    As dbSecret8003E3A7-mIXuhO5ONwLb in aws-cdk#11573.
    """
    seed = provisioners._NAME_SEED.get()
    random = base64.b64encode(hashlib.sha256(f"{stack}:{logical_id}:{seed}".encode()).digest(), b"--")
    return f"{logical_id}-{random.decode().replace('-', '')[:SECRET_RANDOM_LENGTH]}"


def of_log_group(stack: str, logical_id: str) -> str:
    """A log group's name as CloudFormation makes it up; ministack has one of its own below /aws/cloudformation."""
    return made_up(stack, logical_id, max_len=LIMITS[LOG_GROUP][1])


def create(kind: str, inner: Handler, logical_id: str, properties: Mapping[str, Any], stack: str) -> Any:
    """Make a resource under such a name where the template gives none."""
    name = {LIMITS[kind][0]: MADE_UP[kind](stack, logical_id)}
    return inner(logical_id, {**name, **properties}, stack)


def update(
    kind: str,
    inner: Handler,
    physical_id: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    stack: str,
    logical_id: str,
) -> Any:
    """Change one, which keeps its name."""
    name = {LIMITS[kind][0]: MADE_UP[kind](stack, logical_id)}
    return inner(physical_id, old, {**name, **new}, stack, logical_id)


MADE_UP = {SECRET: of_secret, LOG_GROUP: of_log_group}


def within(kind: str) -> Callable[[Mapping[str, Any]], None]:
    """A check that refuses properties of a type whose name is too long for its service."""
    place, longest = LIMITS[kind]

    def check(properties: Mapping[str, Any]) -> None:
        if len(name := given(properties, place)) > longest:
            raise NameTooLongError(
                f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
                f"Member must have length less than or equal to {longest} (Service: {kind})"
            )

    return check


def install() -> None:
    """Have CloudFormation make up names like this."""
    seams.replace(provisioners, "_physical_name", made_up, expected="aeef5b394ad2")
    for kind in MADE_UP:
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        for verb, named in (("create", create), ("update", update)):
            handlers[verb] = partial(named, kind, handlers[verb])
