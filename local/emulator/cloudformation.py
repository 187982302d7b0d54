"""CloudFormation: types without a meaning on one machine, YAML state machines, and what creation checks on AWS."""

import json
import string
import uuid
from collections.abc import Callable
from typing import Any

import yaml
from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import _stacks, changesets, engine, handlers, provisioners, stacks

from local.emulator import iam, interfaces, names, nested, role_bounds, seams, service_roles, stack_states
from local.emulator.function_files import FUNCTION, require_network
from local.emulator.lambdas import require_poller_rights
from local.emulator.name_limits import LIMITS
from local.emulator.rights import creation_rights

HANDLERS = provisioners._RESOURCE_HANDLERS
STATE_MACHINE, TRIGGER = "AWS::StepFunctions::StateMachine", "AWS::Lambda::EventSourceMapping"
TABLE = "AWS::DynamoDB::Table"
STUBS = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeConnections::Connection",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::CodePipeline::Pipeline",
    "AWS::CodeStarConnections::Connection",
    "AWS::CodeStarNotifications::NotificationRule",
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::NatGateway",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::Events::Archive",
    "AWS::Logs::QueryDefinition",
    "AWS::ResourceGroups::Group",
    "AWS::Route53::RecordSetGroup",
    "AWS::WAFv2::IPSet",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::XRay::SamplingRule",
)

_definition = provisioners._sfn_definition
_update = provisioners._update_resource
_conditions = engine._evaluate_conditions
_secret_string = provisioners._sm_secret_string


def stub(kind: str) -> dict[str, Callable[..., Any]]:
    """A resource that is only a physical id and the attributes templates ask for."""

    def create(logical_id: str, properties: Any, stack: str) -> tuple[str, dict[str, str]]:
        region, account = get_region(), get_account_id()
        attributes = {
            "Arn": f"arn:aws:stub:{region}:{account}:{kind}/{logical_id}",
            "ConnectionArn": f"arn:aws:codeconnections:{region}:{account}:connection/{logical_id}",
            "AllocationId": "eipalloc-stub",
            "Id": logical_id,
        }
        return f"{logical_id}-{uuid.uuid4().hex[:8]}", attributes

    def update(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, dict[str, str]]:
        return physical_id, create(physical_id, new, stack)[1]

    return {"create": create, "update": update, "delete": lambda physical_id, properties: None}


def update_keeping_attributes(
    kind: str, physical_id: str, old: Any, new: Any, stack: str, logical_id: str = "", attributes: Any = None
) -> Any:
    """Update one resource; ministack forgets the attributes of unchanged resources of nested stacks.

    It also would look for a table that it named itself under another name, find none, and make a new, empty one.
    """
    if kind == TABLE:
        old, new = ({"TableName": physical_id, **properties} for properties in (old, new))
    if attributes is None:
        known = (_stacks.get(stack) or {}).get("_resources") or {}
        attributes = (known.get(logical_id) or {}).get("Attributes")
    return _update(kind, physical_id, old, new, stack, logical_id, attributes)


def conditions(template: Any, parameters: Any) -> dict[str, bool]:
    """A template's conditions, which on AWS may also ask where they are."""
    here = {"AWS::Region": {"Value": get_region()}, "AWS::AccountId": {"Value": get_account_id()}}
    known = {**here, **parameters}
    return dict(_conditions({**template, "Conditions": split(template.get("Conditions") or {}, known)}, known))


def split(value: Any, parameters: Any) -> Any:
    """`value` with each Fn::Split of a parameter done: ministack's conditions do not know it."""
    if isinstance(value, dict) and "Fn::Split" in value:
        separator, text = value["Fn::Split"]
        return str(parameters[text["Ref"]]["Value"] if isinstance(text, dict) else text).split(separator)
    if isinstance(value, dict):
        return {key: split(item, parameters) for key, item in value.items()}
    return [split(item, parameters) for item in value] if isinstance(value, list) else value


def definition(properties: Any) -> str:
    """A state machine's definition as JSON: AWS takes YAML too, after its substitutions."""
    text = str(_definition(properties))
    if text.lstrip().startswith("{"):
        return text
    return json.dumps(yaml.safe_load(text))


def secret_string(properties: Any) -> str:
    """A secret's value; ministack generates with punctuation where there is to be none."""
    generated = properties.get("GenerateSecretString") or {}
    if str(generated.get("ExcludePunctuation", False)).lower() == "true":
        generated = {**generated, "ExcludeCharacters": generated.get("ExcludeCharacters", "") + string.punctuation}
    return str(_secret_string({**properties, "GenerateSecretString": generated}))


def require_machine_rights(properties: Any) -> None:
    """What CreateStateMachine asks of the machine's role."""
    level = (properties.get("LoggingConfiguration") or {}).get("Level", "OFF")
    for action, resource, context in creation_rights(definition(properties), logs=level != "OFF"):
        iam.require(properties["RoleArn"], action, resource, context, session="StepFunctions")


def checked(kind: str, check: Callable[[Any], None]) -> None:
    """Let creations (id, properties, ...) and updates (id, old ones, new ones, ...) of a type pass `check` first."""
    for verb, position in (("create", 1), ("update", 2)):
        inner = HANDLERS[kind].get(verb)
        if inner:
            HANDLERS[kind][verb] = _after(check, inner, position)


def _after(check: Callable[[Any], None], inner: Callable[..., Any], position: int) -> Callable[..., Any]:
    def handler(*arguments: Any) -> Any:
        check(arguments[position])
        return inner(*arguments)

    return handler


def check_trigger(properties: Any) -> None:
    """A trigger is refused when the function's role cannot poll the queue or read the stream."""
    name = properties["FunctionName"].rsplit(":", 1)[-1]
    require_poller_rights({"FunctionName": name, "EventSourceArn": properties["EventSourceArn"]})


def install() -> None:
    """Teach the emulator's CloudFormation these."""
    for kind in STUBS:
        HANDLERS.setdefault(kind, stub(kind))
    seams.replace(provisioners, "_sfn_definition", definition, expected="e29ae22959e7")
    seams.replace(provisioners, "_sm_secret_string", secret_string, expected="35e09b8c3f3d")
    seams.replace(provisioners, "_update_resource", update_keeping_attributes, expected="21b9b1207f59")
    seams.replace(engine, "_evaluate_conditions", conditions, expected="e7f9e29b6c01")
    seams.replace(handlers, "_evaluate_conditions", conditions, expected="e7f9e29b6c01")
    seams.replace(changesets, "_evaluate_conditions", conditions, expected="e7f9e29b6c01")
    seams.replace(stacks, "_evaluate_conditions", conditions, expected="e7f9e29b6c01")
    checked(STATE_MACHINE, require_machine_rights)
    checked(TRIGGER, check_trigger)
    checked(FUNCTION, require_network)
    checked(service_roles.CLUSTER, service_roles.require_for_cluster)
    for kind in LIMITS:
        checked(kind, names.within(kind))
    for seam in (interfaces, names, nested, role_bounds, service_roles, stack_states):
        seam.install()
