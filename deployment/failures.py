"""Why a stack is not as it should be: what failed in its last operation, and what that operation left behind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deployment.inventory import NESTED

BEGINS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS")
SKIPPED = "DELETE_SKIPPED"
UNVERIFIED = "must be verified before you can add new cloudfront resources"
VERIFICATION = (
    "AWS must verify some new accounts before their first distribution. Open a support case (Account and billing) with "
    "this message. Run make deploy again after AWS has answered."
)
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A resource that could not be made, changed or deleted, and what its service said."""

    name: str
    kind: str
    reason: str

    def __str__(self) -> str:
        """One line of it."""
        return f"{self.name} ({self.kind}): {self.reason}"

    @property
    def remedy(self) -> str:
        """What somebody must do outside of the stack; empty where the reason says enough.

        The message decides, since CloudFormation gives nothing else: the code of this one is AccessDenied.
        """
        return VERIFICATION if UNVERIFIED in self.reason.lower() else ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """What a stack made and no longer knows."""

    name: str
    kind: str
    physical_id: str


def failures(client: Any, stack: str, begins: tuple[str, ...] = BEGINS) -> list[Failure]:
    """What failed in the last operation of a stack, the cause first, what nested stacks say instead of themselves.

    An operation begins with a status of the stack itself; a nested creation that failed is followed by a deletion.
    """
    events = _last_operation(client, stack, begins)
    nested = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in events if _is_nested(each)}
    found: dict[str, list[Failure]] = {}
    for event in events:
        name = event["LogicalResourceId"]
        if event["ResourceStatus"].endswith("FAILED") and name not in found and not _is_itself(event):
            verb = event["ResourceStatus"].split("_")[0]
            found[name] = _inside(client, nested.get(name, ""), f"{verb}_IN_PROGRESS") or [_failure(event)]
    return [each for those in found.values() for each in those]


def leftovers(client: Any, stack: str) -> Iterator[Leftover]:
    """Everything that the stack, and what was nested in it, left in the account."""
    seen = set()
    for event in _events(client, stack):
        physical = event.get("PhysicalResourceId", "")
        if event["ResourceStatus"] == SKIPPED and physical:
            yield Leftover(event["LogicalResourceId"], event["ResourceType"], physical)
        elif _is_nested(event) and physical not in seen:
            seen.add(physical)
            yield from leftovers(client, physical)


def _inside(client: Any, nested: str, begins: str) -> list[Failure]:
    try:
        return failures(client, nested, (begins,)) if nested else []
    except ClientError:  # too long gone
        return []


def _failure(event: Event) -> Failure:
    reason = event.get("ResourceStatusReason") or "no reason given"
    return Failure(event["LogicalResourceId"], event["ResourceType"], reason)


def _events(client: Any, stack: str) -> Iterator[Event]:
    """The newest first."""
    for page in client.get_paginator("describe_stack_events").paginate(StackName=stack):
        yield from page["StackEvents"]


def _last_operation(client: Any, stack: str, begins: tuple[str, ...]) -> list[Event]:
    """The oldest first."""
    found = []
    for event in _events(client, stack):
        found.append(event)
        if _is_itself(event) and event["ResourceStatus"] in begins:
            break
    return found[::-1]


def _is_itself(event: Event) -> bool:
    return bool(event.get("PhysicalResourceId") == event["StackId"])


def _is_nested(event: Event) -> bool:
    return bool(event["ResourceType"] == NESTED and event.get("PhysicalResourceId") and not _is_itself(event))
