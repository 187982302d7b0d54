"""IAM as AWS decides it where ministack decides otherwise: ECS resources, ecs:cluster, iam:PassRole, sns:Publish,
conditional writes to S3.

`require` is the check that other seams make in the name of a role (a state machine's, a task's, an event source's).
"""

import json
import logging
import threading
from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs
from ministack.services import iam as iam_service

from local.emulator import seams

DEFAULT_STATEMENT = "__default_statement_ID"  # of every topic's own policy
LOG = logging.getLogger("local.iam")

_request = threading.local()


class AccessDenied(PermissionError):
    """A role lacks a permission; the text is AWS's own sentence."""


def session_arn(role_arn: str, session: str) -> str:
    """The ARN under which a role's session acts."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return f"arn:aws:sts::{account}:assumed-role/{name}/{session}"


def require(
    role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None, session: str = "local"
) -> None:
    """Raise AccessDenied unless the role's policies (or the resource's own) allow the action."""
    principal = session_arn(role_arn, session)
    decision = _decide(role_arn, principal, action, resource, context or {})
    if decision != "Allow":
        message = denial(action, principal, resource, decision)
        LOG.warning(message)
        raise AccessDenied(message)


def denial(action: str, principal: str, resource: str, decision: str) -> str:
    """AWS's sentence for a denial."""
    return "AccessDenied: " + str(iam_actions.identity_denial_message(action, principal, resource, decision == "Deny"))


def _decide(role_arn: str, principal: str, action: str, resource: str, context: Mapping[str, str]) -> str:
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    request = iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in context.items()},
    )
    limits = iam_evaluator._permissions_boundary(iam_service._roles, name, account)
    result = iam_evaluator.evaluate(request, iam_evaluator._gather_role_policies(name, account), *limits)
    policy = iam_evaluator._resource_policy(action.split(":", 1)[0], resource)
    if policy is not None:
        result = iam_evaluator.combine_resource_policy(result, request, *policy, limits=limits)
    return str(result.decision)


def cluster_arn(reference: str) -> str:
    """A cluster's ARN from its ARN or name."""
    if reference.startswith("arn:"):
        return reference
    return f"arn:aws:ecs:{get_region()}:{get_account_id()}:cluster/{reference}"


def passed_roles(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> list[str]:
    """The roles that RunTask hands to ECS: the task's and the agent's."""
    names = ("taskRoleArn", "executionRoleArn")
    return sorted({role for role in (overrides.get(name) or definition.get(name) for name in names) if role})


def _ecs_body(service: str, body: bytes) -> dict[str, Any]:
    if service != "ecs":
        return {}
    try:
        return dict(json.loads(body or b"{}"))
    except ValueError:
        return {}


def _task_arn(body: Mapping[str, Any]) -> str | None:
    task = body.get("task") or next(iter(body.get("tasks") or ()), None)
    if not task or task.startswith("arn:"):
        return task
    cluster = ecs._resolve_cluster_name(body.get("cluster") or "default")
    return f"arn:aws:ecs:{get_region()}:{get_account_id()}:task/{cluster}/{task}"


def _resource_arn(service: str, method: str, path: str, headers: Mapping[str, str], body: bytes, *rest: Any) -> str:
    request = _ecs_body(service, body)
    _request.definition, _request.overrides = None, request.get("overrides") or {}
    if headers.get("x-amz-target", "").endswith((".RunTask", ".StartTask")):
        definition = ecs._task_defs.get(ecs._resolve_td_key(request.get("taskDefinition", "")))
        if definition:
            _request.definition = definition
            return str(definition["taskDefinitionArn"])
    return _task_arn(request) or str(_original_resource_arn(service, method, path, headers, body, *rest))


def _action(service: str, method: str, path: str, headers: Any, body: bytes, query: Any, *rest: Any) -> Any:
    """The action a request needs; deleting a version first in a batch is s3:DeleteObjectVersion, as for the others."""
    action = _original_action(service, method, path, headers, body, query, *rest)
    if service == "s3" and method == "POST" and "delete" in query:
        targets = iam_actions._s3_batch_delete_targets(path.strip("/"), body)
        return "s3:DeleteObjectVersion" if targets and targets[0][1] else action
    return action


def _tag_context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
    context = dict(_original_tag_context(service, action, body, params))
    cluster = _ecs_body(service, body).get("cluster")
    return {**context, "ecs:cluster": cluster_arn(cluster)} if cluster else context


def _s3_context(action: str, query: Mapping[str, Any] | None, path: str = "", headers: Any = None) -> dict[str, Any]:
    """Also the keys that ask for conditional writes; what begins an upload in parts and what sends one creates none."""
    context = dict(_original_s3_context(action, query, path, headers))
    if action == "s3:PutObject":
        creates = not {"uploads", "partNumber"} & set(query or {})
        context["s3:ObjectCreationOperation"] = str(creates).lower()
        if condition := (headers or {}).get("if-none-match"):
            context["s3:if-none-match"] = condition
    return context


def _enforce(key: str, action: str, service: str, region: str, resource_arn: str = "*", **rest: Any) -> Any:
    """ministack's decision, told to the log; for RunTask also one iam:PassRole for each role that is handed over."""
    denied = _original_enforce(key, action, service, region, resource_arn=resource_arn, **rest)
    if denied is not None:
        _tell(action, resource_arn, denied)
        return denied
    definition = getattr(_request, "definition", None)
    for role in passed_roles(definition, _request.overrides) if action == "ecs:RunTask" and definition else ():
        context = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
        denied = denied or _enforce(key, "iam:PassRole", "iam", region, role, service_context=context)
    return denied


def _tell(action: str, resource: str, denied: Any) -> None:
    if isinstance(denied, iam_evaluator.EvalResult):
        LOG.warning(denial(action, denied.principal_arn, resource, denied.decision))


def _own_policy(service: str, resource: str) -> tuple[Any, Any] | None:
    """The resource's policy; of a topic without its default statement, which grants nothing to roles on AWS."""
    found = _original_resource_policy(service, resource)
    if service != "sns" or not found or not found[0]:
        return found  # type: ignore[no-any-return]
    policy = json.loads(found[0]) if isinstance(found[0], str) else dict(found[0])
    kept = [statement for statement in policy.get("Statement", []) if statement.get("Sid") != DEFAULT_STATEMENT]
    return {**policy, "Statement": kept}, found[1]


_original_action = iam_actions.extract_iam_action
_original_resource_arn = iam_actions.extract_resource_arn
_original_tag_context = iam_actions.request_tag_context
_original_s3_context = iam_actions.s3_service_context
_original_enforce = iam_evaluator.enforce
_original_resource_policy = iam_evaluator._resource_policy
_original_pin_origin = app.pin_request_origin


def _pin_origin(source: str, secure: bool) -> None:
    """Loopback stands for TLS: the template's TLS-only statements would refuse everything on one machine."""
    _original_pin_origin(source, True)


def install() -> None:
    """Put these decisions in the place of ministack's."""
    seams.replace(app, "pin_request_origin", _pin_origin, expected="de819c1bd9ac")
    seams.replace(iam_actions, "extract_iam_action", _action, expected="ec476b92d969")
    seams.replace(iam_actions, "extract_resource_arn", _resource_arn, expected="82f51700695c")
    seams.replace(iam_actions, "request_tag_context", _tag_context, expected="d46adb816e02")
    seams.replace(iam_actions, "s3_service_context", _s3_context, expected="83e53d14d02c")
    seams.replace(iam_evaluator, "enforce", _enforce, expected="cf64b1ee5b09")
    seams.replace(iam_evaluator, "_resource_policy", _own_policy, expected="dec265f9a903")
