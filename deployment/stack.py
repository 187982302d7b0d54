"""A stack as it is in AWS: its parameters, its outputs, and how it is brought to a template that needs no packaging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from deployment import failures

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stack:
    """What is there; empty where there is no stack."""

    status: str = ""
    parameters: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)
    id: str = ""

    def has(self, parameters: Values) -> bool:
        """Whether it is whole and stands at these parameters."""
        is_whole = self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        return is_whole and all(self.parameters.get(name) == value for name, value in parameters.items())


def read(client: Any, name: str) -> Stack:
    """The stack of a name, through a CloudFormation client of its region."""
    try:
        found = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return Stack()
        raise
    return Stack(
        found.get("StackStatus", ""),
        {one["ParameterKey"]: one.get("ParameterValue", "") for one in found.get("Parameters", ())},
        {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())},
        found.get("StackId", ""),
    )


def bring(client: Any, name: str, body: str, parameters: Values, role: str = "") -> Values:
    """Create or update a stack, with a role if given one, and wait; its outputs. ValueError says what failed first."""
    request = {
        "StackName": name,
        "TemplateBody": body,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        **({"RoleARN": role} if role else {}),
    }
    is_there = bool(read(client, name).parameters)
    try:
        (client.update_stack if is_there else client.create_stack)(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
    else:
        try:
            client.get_waiter("stack_update_complete" if is_there else "stack_create_complete").wait(StackName=name)
        except WaiterError as error:
            found = failures.failures(client, name)
            why = found[0] if found else error
            raise ValueError(f"{name} is {read(client, name).status}: {why}") from error
    return read(client, name).outputs
