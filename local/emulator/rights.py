"""The rights a Step Functions integration needs of the state machine's role: (action, resource ARN, condition keys)."""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs
from ministack.services import stepfunctions as sfn

from local.emulator import iam

Right = tuple[str, str, dict[str, str]]
MANAGED_RULE = "StepFunctionsGetEventsForECSTaskRule"
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)


def arn(service: str, resource: str) -> str:
    """An ARN in the account and region at hand."""
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def lambda_rights(resource: str, given: Any) -> list[Right]:
    """lambda:InvokeFunction for both spellings of a Lambda task, nothing for other resources."""
    reference = given.get("FunctionName", "") if ":::lambda:invoke" in resource else sfn._extract_lambda_ref(resource)
    if not reference:
        return []
    target = reference if reference.startswith("arn:") else arn("lambda", f"function:{reference}")
    return [("lambda:InvokeFunction", target, {})]


def table_rights(resource: str, given: Any) -> list[Right]:
    """The DynamoDB action of an optimized or SDK integration, on its table."""
    if ":dynamodb:" not in resource:
        return []
    action = resource.rsplit(":", 1)[1].split(".")[0]
    return [(f"dynamodb:{action[:1].upper()}{action[1:]}", arn("dynamodb", f"table/{given.get('TableName')}"), {})]


def message_rights(resource: str, given: Any) -> list[Right]:
    """sns:Publish and sqs:SendMessage."""
    if ":sns:publish" in resource:
        return [("sns:Publish", given.get("TopicArn", "*"), {})]
    if ":sqs:sendMessage" in resource:
        return [("sqs:SendMessage", arn("sqs", given.get("QueueUrl", "").rsplit("/", 1)[-1]), {})]
    return []


def object_rights(resource: str, given: Any) -> list[Right]:
    """The S3 actions of SDK integrations on one object or one bucket."""
    if ":aws-sdk:s3:" not in resource:
        return []
    action, bucket, key = resource.rsplit(":", 1)[1], given.get("Bucket"), given.get("Key")
    if action.startswith("listObjects"):
        return [("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": given.get("Prefix", "")})]
    return [
        (
            f"s3:{action[:1].upper()}{action[1:]}",
            f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}",
            {},
        )
    ]


def execution_rights(resource: str, given: Any) -> list[Right]:
    """states:StartExecution for nested executions."""
    if ":::states:startExecution" not in resource:
        return []
    return [("states:StartExecution", given.get("StateMachineArn", "*"), {})]


def needed_rights(resource: str, given: Any) -> list[Right]:
    """Every right a Task state needs; empty for integrations that are not modelled here."""
    if not isinstance(given, dict):
        given = {}
    kinds = (lambda_rights, table_rights, message_rights, object_rights, execution_rights)
    return [right for kind in kinds for right in kind(resource, given)]


def run_task_rights(request: dict[str, Any]) -> list[Right]:
    """ecs:RunTask on the task definition within the cluster, iam:PassRole for both of its roles, the right to tag."""
    definition = ecs._task_defs.get(ecs._resolve_td_key(request.get("taskDefinition", ""))) or {}
    cluster = {"ecs:cluster": iam.cluster_arn(request.get("cluster") or "default")}
    passed = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    roles = iam.passed_roles(definition, request.get("overrides") or {})
    run: Right = ("ecs:RunTask", definition.get("taskDefinitionArn", "*"), cluster)
    return [run, *(("iam:PassRole", role, passed) for role in roles), *tag_rights(request)]


def tag_rights(request: dict[str, Any]) -> list[Right]:
    """ecs:TagResource on the new task (whose id is not known yet) when it gets tags."""
    if not request.get("tags") and request.get("propagateTags", "NONE") == "NONE":
        return []
    task = arn("ecs", f"task/{ecs._resolve_cluster_name(request.get('cluster') or 'default')}/new")
    return [("ecs:TagResource", task, {"ecs:CreateAction": "RunTask"})]


def creation_rights(definition: str, logs: bool) -> list[Right]:
    """What CreateStateMachine checks: the managed rule of .sync integrations, and the delivery of logs."""
    events = ("events:PutTargets", "events:PutRule", "events:DescribeRule") if "ecs:runTask.sync" in definition else ()
    rule = arn("events", f"rule/{MANAGED_RULE}")
    return [*((action, rule, {}) for action in events), *((action, "*", {}) for action in LOG_DELIVERY if logs)]
