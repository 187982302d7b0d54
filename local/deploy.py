"""A packaged template as a stack in the emulator: created, updated or left alone, through the CloudFormation API."""

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deployment import STACK, failures, service_roles
from local.clients import Clients
from local.package import Package, template_url

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
MADE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
USABLE = (*MADE, "UPDATE_ROLLBACK_COMPLETE")
POLL_SECONDS = 0.1
TIMEOUT_SECONDS = 120
NESTED_STACK = "AWS::CloudFormation::Stack"
LOG = logging.getLogger("local.deploy")


class DeployError(RuntimeError):
    """The stack could not be made; the text names the resources that failed and why."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the stack or of a stack nested in it."""

    kind: str
    logical_id: str
    physical_id: str


def fingerprint(package: Package, parameters: Mapping[str, str]) -> str:
    """What identifies a deployment: template, code and parameters."""
    text = package.body + json.dumps(parameters, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def deploy(
    clients: Clients, package: Package, bucket: str, parameters: Mapping[str, str], record: Path, name: str = STACK
) -> bool:
    """Bring the stack of a name to this package; False when `record` says that it already stands there."""
    wanted = fingerprint(package, parameters)
    stack = describe(clients, name)
    if stack and record.exists() and record.read_text() == identity(stack, wanted):
        return False
    upload(clients, package, bucket)
    for made in service_roles.ensured(clients.iam):
        LOG.info(made)
    if stack and stack["StackStatus"] not in USABLE:
        clients.cloudformation.delete_stack(StackName=name)
        _settle(clients, name)
        stack = None
    _submit(clients, name, package, bucket, parameters, update=bool(stack))
    record.write_text(identity(describe(clients, name) or {}, wanted))
    return True


def identity(stack: Mapping[str, Any], wanted: str) -> str:
    """One state of one stack: a stack that was changed or lost since is another."""
    changed = stack.get("LastUpdatedTime") or stack.get("CreationTime")
    return f"{wanted} {stack.get('StackId')} {stack.get('StackStatus')} {changed}"


def describe(clients: Clients, name: str = STACK) -> dict[str, Any] | None:
    """The stack's description, None where there is no stack."""
    try:
        return dict(clients.cloudformation.describe_stacks(StackName=name)["Stacks"][0])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def upload(clients: Clients, package: Package, bucket: str) -> None:
    """Store the package's objects and its template."""
    clients.s3.create_bucket(Bucket=bucket)
    for key, content in {**package.objects, package.key: package.body.encode()}.items():
        clients.s3.put_object(Bucket=bucket, Key=key, Body=content)


def _submit(
    clients: Clients, name: str, package: Package, bucket: str, parameters: Mapping[str, str], update: bool
) -> None:
    known = set(json.loads(package.body).get("Parameters") or {})
    request: dict[str, Any] = {
        "StackName": name,
        "TemplateURL": template_url(bucket, package.key),
        "Capabilities": CAPABILITIES,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items() if key in known
        ],
    }
    try:
        if not update:
            clients.cloudformation.create_stack(**request, OnFailure="DO_NOTHING")
        else:
            clients.cloudformation.update_stack(**request)
    except ClientError as refused:
        raise DeployError(f"{name} is refused: {refused.response['Error']['Message']}") from refused
    status = _settle(clients, name)
    if status not in MADE:
        why = "; ".join(map(str, failures.failures(clients.cloudformation, name)))
        raise DeployError(f"{name} is {status}: {why or 'no resource gives a reason'}")


def _settle(clients: Clients, name: str) -> str:
    """Wait until the stack no longer changes; its status, or GONE."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        stack = describe(clients, name)
        status = stack["StackStatus"] if stack else "GONE"
        if not status.endswith("IN_PROGRESS"):
            return str(status)
        time.sleep(POLL_SECONDS)
    raise DeployError(f"{name} is still changing after {TIMEOUT_SECONDS} s")


def resources(clients: Clients, stack: str = STACK) -> Iterator[Resource]:
    """Everything the stack is made of, nested stacks opened."""
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for summary in (summary for page in pages for summary in page["StackResourceSummaries"]):
        physical = summary.get("PhysicalResourceId", "")
        yield Resource(summary["ResourceType"], summary["LogicalResourceId"], physical)
        if summary["ResourceType"] == NESTED_STACK:
            yield from resources(clients, physical)
