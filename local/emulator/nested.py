"""Nested stacks: their templates may need SAM, a creation that fails is rolled back, a deletion keeps or fails.

A nested stack that was complete when its parent was rolled back is deleted like any other: what it keeps stays behind,
`RetainExceptOnCreate` or not. AWS's documentation leaves that case open, and this is the worse of the two readings.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ministack.services.cloudformation import _stacks, engine, provisioners
from ministack.services.cloudformation.stacks import _add_event

from local.emulator import seams

NESTED = "AWS::CloudFormation::Stack"
KEPT_AT_DELETION = ("Retain", "RetainExceptOnCreate")
KEPT_AT_ROLLBACK = ("Retain",)
HANDLERS = provisioners._RESOURCE_HANDLERS

_create = HANDLERS[NESTED]["create"]
_check = provisioners._check_nested_stack_capabilities


class NestedStackError(RuntimeError):
    """A nested stack that could not be made or deleted; the text is AWS's."""


def check_and_expand(parent: str, template: dict[str, Any]) -> None:
    """Turn a nested template into what its transforms make of it; refused where the parent lacks a capability for it.

    The template as sent says whether it has a transform, the one made of it which roles it has.
    """
    _check(parent, template)
    made = dict(engine._apply_transforms(template))
    template.clear()
    template.update(made)
    _check(parent, template)


def create(logical_id: str, properties: Any, parent: str) -> Any:
    """Create a nested stack; one that fails leaves nothing but what its template retains in any case."""
    try:
        return _create(logical_id, properties, parent)
    except Exception as failure:
        child = _failed(parent, logical_id)
        if child is None:
            raise
        _begun(parent, logical_id, child)
        failed = str(child["StackStatusReason"]).split(" ")[1]
        roll_back(child)
        said = f"The following resource(s) failed to create: [{failed}]."
        raise NestedStackError(f"Embedded stack {child['StackId']} was not successfully created: {said}") from failure


def _failed(parent: str, logical_id: str) -> dict[str, Any] | None:
    names = [name for name in list(_stacks) if name.startswith(f"{parent}-{logical_id}-")]
    return next((_stacks[name] for name in names if _stacks[name]["StackStatus"] == "CREATE_FAILED"), None)


def _begun(parent: str, logical_id: str, child: Any) -> None:
    """The parent's event from which others learn the child's id."""
    said = "Resource creation Initiated"
    _add_event(_stacks[parent]["StackId"], parent, logical_id, NESTED, "CREATE_IN_PROGRESS", said, child["StackId"])


def roll_back(child: Any) -> None:
    """Delete what a creation made that failed, and the stack, as its parent's rollback does."""
    _turn(child, "ROLLBACK_IN_PROGRESS")
    failed = list(_remove(child, KEPT_AT_ROLLBACK))
    _turn(child, "ROLLBACK_FAILED" if failed else "ROLLBACK_COMPLETE")
    if not failed:
        _turn(child, "DELETE_IN_PROGRESS")
        _turn(child, "DELETE_COMPLETE")


def delete(physical_id: str, properties: Any) -> None:
    """Delete a nested stack; NestedStackError when something in it cannot be deleted."""
    child = _stacks.get(provisioners._nested_stack_lookup_name(physical_id))
    if not child:
        return
    _turn(child, "DELETE_IN_PROGRESS")
    if failed := list(_remove(child, KEPT_AT_DELETION)):
        said = f"The following resource(s) failed to delete: [{', '.join(failed)}]."
        child["StackStatusReason"] = said
        _turn(child, "DELETE_FAILED")
        raise NestedStackError(f"Embedded stack {child['StackId']} was not successfully deleted: {said}")
    _turn(child, "DELETE_COMPLETE")


def _remove(child: Any, keeping: Iterable[str]) -> Iterator[str]:
    """Delete what is in a stack, what depends on others first; the names of what could not be deleted."""
    defined = (child.get("_template") or {}).get("Resources") or {}
    known = child["_resources"]
    for name in reversed(_ordered(child, defined)):
        if str((defined.get(name) or {}).get("DeletionPolicy")) in keeping:
            _tell(child, name, known.pop(name), "DELETE_SKIPPED")
        elif failure := _deleted(child, name, known[name]):
            _tell(child, name, known[name], "DELETE_FAILED", failure)
            yield name
        else:
            _tell(child, name, known.pop(name), "DELETE_COMPLETE")


def _ordered(child: Any, defined: Any) -> list[str]:
    known = child["_resources"]
    order = engine._topological_sort(defined, child.get("_conditions") or {}) if defined else []
    return [name for name in order if name in known] + [name for name in known if name not in order]


def _deleted(child: Any, name: str, found: Any) -> str:
    """Nothing, or why not."""
    kind, physical_id = found["ResourceType"], found["PhysicalResourceId"]
    try:
        provisioners._delete_resource(kind, physical_id, found["Properties"], child["StackName"], name)
    except Exception as failure:
        return str(failure)
    return ""


def _tell(child: Any, name: str, found: Any, status: str, reason: str = "") -> None:
    kind, physical_id = found["ResourceType"], found["PhysicalResourceId"]
    _add_event(child["StackId"], child["StackName"], name, kind, status, reason, physical_id)


def _turn(child: Any, status: str) -> None:
    child["StackStatus"] = status
    reason = child["StackStatusReason"] if status.endswith("FAILED") else ""
    _add_event(child["StackId"], child["StackName"], child["StackName"], NESTED, status, reason, child["StackId"])


def install() -> None:
    """Make and delete nested stacks like this."""
    seams.replace(provisioners, "_check_nested_stack_capabilities", check_and_expand, expected="1b0566cd9f40")
    HANDLERS[NESTED]["create"] = create
    HANDLERS[NESTED]["delete"] = delete
