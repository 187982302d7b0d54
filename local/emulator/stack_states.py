"""Stacks whose creation was rolled back, or whose deletion failed: they can be deleted, and nothing else."""

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import handlers
from ministack.services.cloudformation.helpers import _error, _p

ONLY_DELETION = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
ACTIONS = ("CreateStack", "UpdateStack", "CreateChangeSet")


def refused(action: str, name: str, stack: Any, is_new: bool) -> Any:
    """AWS's answer to an action on such a stack."""
    if action == "CreateStack":
        return _error("AlreadyExistsException", f"Stack [{name}] already exists")
    if is_new:
        return _error("ValidationError", f"Stack [{name}] already exists and cannot be created again with a changeSet")
    status = stack["StackStatus"]
    return _error("ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be updated.")


def guarded(action: str, inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An action that is refused for such a stack."""

    def handle(parameters: Any) -> Any:
        name = _p(parameters, "StackName")
        stack = handlers._resolve_stack(name) if name else None
        if stack and stack.get("StackStatus") in ONLY_DELETION:
            return refused(action, name, stack, _p(parameters, "ChangeSetType") == "CREATE")
        return inner(parameters)

    return handle


def install() -> None:
    """Guard every action that would bring such a stack up to date."""
    for action in ACTIONS:
        handlers._ACTION_HANDLERS[action] = guarded(action, handlers._ACTION_HANDLERS[action])
