"""Which grants of roles were used: each one once, as a JSON line [role, action, resource] of a file.

`make audit` compares them with what is granted.
"""

import json
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.services.cloudformation import _stacks

from local.emulator import policy_variables, seams
from local.logical_names import logical_names, neutral

_file = Path()
_known: set[tuple[str, str, str]] = set()
_of_resource: ContextVar[bool] = ContextVar("decides by a resource's own policy", default=False)
_evaluate = iam_evaluator.evaluate
_evaluate_resource_policy = iam_evaluator.evaluate_resource_policy


def evaluate(context: Any, policies: Any, *limits: Any) -> Any:
    """ministack's decision; what the policies of a role allow is noted."""
    result = _evaluate(context, policies, *limits)
    if result.decision == "Allow" and context.principal_type == "AssumedRole" and not _of_resource.get():
        for used in _uses(context, policies):
            _note(used)
    return result


def evaluate_resource_policy(*arguments: Any, **rest: Any) -> Any:
    """ministack's decision by the policy of a bucket, queue or topic, which is no grant of a role."""
    token = _of_resource.set(True)
    try:
        return _evaluate_resource_policy(*arguments, **rest)
    finally:
        _of_resource.reset(token)


def _uses(context: Any, policies: Any) -> Iterator[tuple[str, str, str]]:
    """(role, action, resource as the policy has it) of the first statement that allows a request."""
    statements = [statement for policy in policies for statement in policy]
    found = iam_evaluator._first_match(context, statements, "Allow")
    role = iam_evaluator._role_name_from_assumed_arn(context.principal_arn)
    filled: Any = policy_variables.filled(found, context)
    for resource, meant in zip(found.resources, filled.resources, strict=True):
        if iam_evaluator._resource_matches(context.resource_arn, [meant], []):
            yield role, context.action, resource


def _note(used: tuple[str, str, str]) -> None:
    if used not in _known:
        _known.add(used)
        role, action, resource = used
        made = _made()
        line = json.dumps([made.get(role, role), action, neutral(resource, logical_names(made))])
        with _file.open("a") as lines:
            lines.write(line + "\n")


def _made() -> dict[str, str]:
    """Logical ids of all stacks' resources by their physical ids."""
    stacks = [stack for _, stack in list(_stacks.all_items())]
    resources = [each for stack in stacks for each in (stack.get("_resources") or {}).items()]
    return {made["PhysicalResourceId"]: name for name, made in resources if made.get("PhysicalResourceId")}


def install(file: Path) -> None:
    """Note in this file what is allowed."""
    global _file
    _file = file
    seams.replace(iam_evaluator, "evaluate", evaluate, expected="2a5dd6932d1a")
    seams.replace(iam_evaluator, "evaluate_resource_policy", evaluate_resource_policy, expected="e49ce7161ad6")
