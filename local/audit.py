"""`make audit`: every grant of every role beside what the tests used of it; a grant that none used needs a reason.

Tests note what they use in the file that VOD_USED_GRANTS names; docs/permissions.md is written from both.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import deploy
from local.clients import Clients
from local.logical_names import logical_names, neutral
from local.platform import FAILURES, REPOSITORY, USED_GRANTS, Options, Platform

DOCUMENT = REPOSITORY / "docs" / "permissions.md"
_TRACES = "Step Functions sends its traces itself; the emulator has none"
_VERSIONS = "AWS documents it for every deletion of several objects, beside the right on versions that is used here"
_FORMER = "executions that began before the update from 0.2 start tasks with it"
_OF_FORMER_TASKS = (
    *("dynamodb:GetItem", "dynamodb:UpdateItem", "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"),
    *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
)
_NEVER_FAILS = "Lambda stores there what the function could not take, and this one answers every batch"
_FAILED = "Lambda stores there what the function could not take in three tries, for which no test waits"
_LONG = "an import that takes longer than a function may run has it called again"
EXPLAINED: dict[tuple[str, str], str] = {
    ("TranscodeRole", "xray:GetSamplingRules"): _TRACES,
    ("TranscodeRole", "xray:GetSamplingTargets"): _TRACES,
    ("TranscodeRole", "xray:PutTelemetryRecords"): _TRACES,
    ("TranscodeRole", "xray:PutTraceSegments"): _TRACES,
    ("ReconcileRole", "s3:DeleteObject"): _VERSIONS,
    ("TranscodeRole", "iam:PassRole"): _FORMER,
    ("WarmRole", "sqs:SendMessage"): _NEVER_FAILS,
    ("FetchRole", "sqs:SendMessage"): _FAILED,
    ("FetchRole", "lambda:InvokeFunction"): _LONG,
    ("NotifyRole", "sqs:SendMessage"): _FAILED,
    ("RemuxRole", "sqs:SendMessage"): _FAILED,
    ("RemuxRole", "lambda:InvokeFunction"): "a download that takes longer than a function may run has it called again",
    ("RemuxRole", "s3:AbortMultipartUpload"): "a file whose video is deleted while it is made is given up",
    **{("TaskRole", action): _FORMER for action in _OF_FORMER_TASKS},
}
"""Why a grant is needed that no test can use, by role and action."""
EVERYTHING = {"WebhookUrl": "http://127.0.0.1:9/", "ImportBuckets": "arn:aws:s3:::a-customer-s-films"}
"""Parameters with which the stack has all of its roles."""
HEAD = """# Permissions
Every action that a role of the stack is allowed, and whether a test's run on the local platform used it there.
Written by `make test` and `make audit`, which fail when a grant is neither used nor explained, or when an explanation
is not needed. The pipeline's own roles are not among them. What is used is also needed:
`tests/local/test_permissions.py` takes one right of each kind of caller away, and the run meets AccessDenied.
"""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role (its logical id) may do an action on a resource, as its policy has it, with logical ids for names."""

    role: str
    action: str
    resource: str


def granted(clients: Clients) -> Iterator[Grant]:
    """Every action on every resource that the deployed stack's roles are allowed."""
    made = list(deploy.resources(clients))
    names = logical_names({each.physical_id: each.logical_id for each in made})
    for role in (each for each in made if each.kind == "AWS::IAM::Role"):
        for statement in _statements(clients, role.physical_id):
            for action in _listed(statement["Action"]):
                for resource in _listed(statement["Resource"]):
                    yield Grant(role.logical_id, action, neutral(resource, names))


def _statements(clients: Clients, role: str) -> Iterator[dict[str, Any]]:
    for name in clients.iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from _allowed(clients.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in clients.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = clients.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = clients.iam.get_policy_version(PolicyArn=arn, VersionId=version)
        yield from _allowed(found["PolicyVersion"]["Document"])


def _allowed(document: Any) -> Iterator[dict[str, Any]]:
    read = document if isinstance(document, dict) else json.loads(document)
    yield from (statement for statement in read["Statement"] if statement["Effect"] == "Allow")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def read_used(lines: Iterable[str]) -> set[Grant]:
    """What was used, from the lines that the emulators wrote."""
    return {Grant(*json.loads(line)) for line in lines if line.strip()}


def unexplained(grants: set[Grant], used: set[Grant], reasons: Mapping[tuple[str, str], str]) -> list[str]:
    """A sentence for every grant that nothing used and nobody explains, and for every reason that is not needed."""
    idle = grants - used
    open_ones = [each for each in sorted(idle) if (each.role, each.action) not in reasons]
    needless = reasons.keys() - {(each.role, each.action) for each in idle}
    return [
        *(f"{each.role} may {each.action} on {each.resource}, and no test used it" for each in open_ones),
        *(f"{role} {action} has an explanation, but it is used or not granted" for role, action in sorted(needless)),
    ]


def document(grants: set[Grant], used: set[Grant], reasons: Mapping[tuple[str, str], str]) -> str:
    """The page: a table of each role."""
    parts = [HEAD]
    for role in sorted({each.role for each in grants}):
        rows = [each for each in sorted(grants) if each.role == role]
        parts += [f"\n## {role}\n| action | on | a test used it |\n|---|---|---|\n"]
        parts += [f"| {each.action} | `{each.resource}` | {_verdict(each, used, reasons)} |\n" for each in rows]
    return "".join(parts)


def _verdict(grant: Grant, used: set[Grant], reasons: Mapping[tuple[str, str], str]) -> str:
    return "yes" if grant in used else "no: " + reasons.get((grant.role, grant.action), "nobody says why")


def _platform(state: Path) -> Platform:
    return Platform(Options(state=state, port=0, parameters=EVERYTHING))


def main() -> int:
    """Compare; 1 when something is not explained, or the document has changed."""
    noted = Path(os.environ[USED_GRANTS])
    if not noted.exists():
        print(f"make audit: {noted} does not exist: `make test` writes the used permissions to it", file=sys.stderr)
        return 1
    used = read_used(noted.read_text().splitlines())
    try:
        with tempfile.TemporaryDirectory() as state, _platform(Path(state)) as platform:
            grants = set(granted(platform.clients))
    except FAILURES as error:
        print(f"make audit: {error}", file=sys.stderr)
        return 1
    problems = unexplained(grants, used, EXPLAINED)
    written = document(grants, used, EXPLAINED)
    if written != DOCUMENT.read_text():
        DOCUMENT.write_text(written)
        problems.append(f"{DOCUMENT.name} was rewritten: review and commit it")
    print("\n".join(problems) or f"{len(grants)} grants: {len(grants & used)} used, {len(grants - used)} explained")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
