"""Two readers of policies: parliament knows IAM's grammar, cloudsplaining what an action is good for in wrong hands."""

import functools
import json
from collections.abc import Iterator

import parliament
from cloudsplaining.scan.assume_role_policy_document import AssumeRolePolicyDocument
from cloudsplaining.scan.policy_document import PolicyDocument
from cloudsplaining.scan.resource_policy_document import ResourcePolicyDocument

from tests.policies.documents import Policy
from tests.policies.findings import Finding
from tests.templates.deployed import ACCOUNT
from tests.templates.parsed import Value, listed

RISKS = (
    "allows_data_exfiltration_actions",
    "credentials_exposure",
    "infrastructure_modification",
    "permissions_management_without_constraints",
    "service_wildcard",
)
STRANGERS = ("role_assumable_by_any_principal", "role_assumable_by_any_principal_with_conditions")


def findings(policy: Policy) -> Iterator[Finding]:
    """Everything that both complain of; the place of a finding is the resource."""
    at = policy.at.split("/Policies/")[0].removesuffix("/PolicyDocument").removesuffix("/AssumeRolePolicyDocument")
    for check, subject in (*_by_parliament(policy), *_by_cloudsplaining(policy)):
        yield Finding(check, subject, at)


def _by_parliament(policy: Policy) -> Iterator[tuple[str, str]]:
    statements = _about_itself(policy)
    read = parliament.analyze_policy_string(json.dumps({**policy.document, "Statement": statements}))
    in_statements = list(zip(read.statements, statements, strict=True))
    of_all = set(map(id, read.findings)) - {id(each) for part, _ in in_statements for each in part.findings}
    for found in read.findings:
        if id(found) in of_all:
            yield f"parliament/{found.issue}", found.detail
    for part, statement in in_statements:
        for found in part.findings:
            yield from ((f"parliament/{found.issue}", subject) for subject in _subjects(found, statement))


def _subjects(found: parliament.finding.Finding, statement: Value) -> Iterator[str]:
    """What a finding is about: the actions as written in the statement, else its sentence."""
    if not isinstance(found.detail, list):
        yield " ".join(filter(None, (found.detail, found.location.get("string"))))
        return
    named = {(each["action"] if isinstance(each, dict) else each).lower() for each in found.detail}
    for written in listed(statement["Action"]):
        meant = _expanded(written)
        # Where `s3:Get*` stands beside a bucket and its objects, some of what it means always misses.
        if meant <= named if found.issue == "RESOURCE_MISMATCH" else meant & named:
            yield written


@functools.cache
def _expanded(action: str) -> set[str]:
    return {f"{each['service']}:{each['action']}".lower() for each in parliament.expand_action(action)}


def _about_itself(policy: Policy) -> list[Value]:
    """A role's trust or a key's policy speaks of that role or key, with no resource or `*`; parliament wants an ARN."""
    about_itself = policy.is_of_a_resource and ":vpc-endpoint/" not in policy.arn
    return [
        {**each, "Resource": policy.arn} if about_itself and each.get("Resource", "*") == "*" else each
        for each in listed(policy.document["Statement"])
    ]


def _by_cloudsplaining(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.is_of_a_resource:
        anyone = ResourcePolicyDocument(policy.document).internet_accessible_actions
        yield from (("cloudsplaining/internet_accessible_actions", action) for action in anyone)
        trust = AssumeRolePolicyDocument(policy.document, ACCOUNT)
        yield from ((f"cloudsplaining/{check}", each) for check in STRANGERS for each in getattr(trust, check))
        return
    document = PolicyDocument(policy.document)
    for check in RISKS:
        yield from ((f"cloudsplaining/{check}", action) for action in getattr(document, check))
    # Who may pass a role and start something with it is more than itself, whatever names both are limited to.
    anywhere = PolicyDocument(policy.document, flag_conditional_statements=True, flag_resource_arn_statements=True)
    for way in anywhere.allows_privilege_escalation:
        yield "cloudsplaining/allows_privilege_escalation", way["type"]
