"""A stack that is stuck: what happened to it, what is to be done, and doing it for who asks with CLEAN=yes."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deployment import failures, stack
from deployment.failures import Leftover
from deployment.inventory import by_hand

PATIENCE = {"Delay": 5, "MaxAttempts": 720}
NEVER_MADE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
HALF_DELETED = "DELETE_FAILED"
HALF_BACK = "UPDATE_ROLLBACK_FAILED"
EMPTY = "REVIEW_IN_PROGRESS"
WHAT_HAPPENED = {
    "CREATE_FAILED": "Its first creation failed, and the created resources still exist. The stack can only be deleted.",
    "ROLLBACK_COMPLETE": "Its first creation failed and was rolled back. The stack can only be deleted.",
    "ROLLBACK_FAILED": "Its first creation failed and the rollback failed too. The stack can only be deleted.",
    HALF_DELETED: "Its deletion failed. The stack can only be deleted, after the blocking resource is gone.",
    HALF_BACK: "An update failed, and its rollback failed too. The stack can only continue the rollback.",
}
Say = Callable[[str], None]


def is_stuck(status: str) -> bool:
    """Whether a stack of this status accepts no deployment until somebody acts."""
    return status in WHAT_HAPPENED


def explained(client: Any, name: str, status: str) -> Iterator[str]:
    """Lines for a human: what happened, what failed first, what to do."""
    yield f"{name} is {status}. {WHAT_HAPPENED[status]}"
    found = failures.failures(client, name)
    if found:
        yield f"  First: {found[0]}"
    yield from (f"  Then:  {each}" for each in found[1:4])
    if len(found) > 4:
        yield f"  and {len(found) - 4} more in the stack events"
    yield from _remedies(found)
    yield f"  Fix the cause, then: make deploy CLEAN=yes, which {_deed(status)}, or by hand: {_command(name, status)}"


def why_not(client: Any, name: str) -> Iterator[str]:
    """Lines for a human after a deployment that failed; none where the stack was not touched."""
    there = stack.read(client, name)
    if is_stuck(there.status):
        yield from explained(client, name, there.status)
    elif there.status == "UPDATE_ROLLBACK_COMPLETE":
        yield f"{name} works as before: the update failed and was rolled back."
        found = failures.failures(client, name)
        yield from (f"  {each}" for each in found[:4])
        yield from _remedies(found)


def _remedies(found: Iterable[failures.Failure]) -> Iterator[str]:
    yield from dict.fromkeys(f"  -> {each.remedy}" for each in found if each.remedy)


def _deed(status: str) -> str:
    if status == HALF_BACK:
        return "continues the rollback"
    return "deletes it" if status == HALF_DELETED else "deletes it and the empty resources it left behind"


def _command(name: str, status: str) -> str:
    verb = "continue-update-rollback" if status == HALF_BACK else "delete-stack"
    return f"aws cloudformation {verb} --stack-name {name}"


@dataclass(frozen=True, slots=True)
class Recovery:
    """The way out for one stack; `agrees` is asked before anything is done."""

    session: Any
    region: str
    name: str
    agrees: Callable[[str], bool]
    say: Say = print

    def run(self) -> None:
        """Explain and clear the stack if it is stuck; ValueError where it is, or is being changed, and stays so."""
        client = self._client("cloudformation")
        there = stack.read(client, self.name)
        if there.status.endswith("_IN_PROGRESS") and there.status != EMPTY and "CLEANUP" not in there.status:
            raise ValueError(f"{self.name} is {there.status}: another change is in progress. Wait until it has ended.")
        if not is_stuck(there.status):
            return
        for line in explained(client, self.name, there.status):
            self.say(line)
        if not self.agrees(f"{self.name}: do this now? [y/N] "):
            raise ValueError(f"{self.name} is {there.status}; nothing was done")
        self._clear(client, there)

    def _clear(self, client: Any, there: stack.Stack) -> None:
        if there.status == HALF_BACK:
            client.continue_update_rollback(StackName=self.name)
            client.get_waiter("stack_rollback_complete").wait(StackName=self.name, WaiterConfig=PATIENCE)
            return
        self.say(f"deleting {self.name}")
        client.delete_stack(StackName=there.id)
        client.get_waiter("stack_delete_complete").wait(StackName=there.id, WaiterConfig=PATIENCE)
        for left in failures.leftovers(client, there.id) if there.status in NEVER_MADE else ():
            self.say(self._removed(left))

    def _removed(self, left: Leftover) -> str:
        """Remove what a creation that failed left behind, if nobody can have put anything there; what was done."""
        what = f"{left.kind.removeprefix('AWS::')} {left.physical_id}"
        try:
            is_gone = remove_empty(self.session, self.region, left)
        except ClientError as error:
            return f"kept: {what}, because {error}"
        return f"removed: {what}" if is_gone else f"kept: {what}; {by_hand(left.kind, left.physical_id)}"

    def _client(self, service: str) -> Any:
        return self.session.client(service, region_name=self.region)


def remove_empty(session: Any, region: str, left: Leftover) -> bool:
    """Remove a leftover that holds nothing; False where it does, or is of a kind that this does not know."""
    known = {
        "AWS::S3::Bucket": ("s3", _bucket),
        "AWS::DynamoDB::Table": ("dynamodb", _table),
        "AWS::Cognito::UserPool": ("cognito-idp", _pool),
        "AWS::Lambda::LayerVersion": ("lambda", _layer),
    }
    if left.kind not in known:
        return False
    service, remove = known[left.kind]
    return remove(session.client(service, region_name=region), left.physical_id)


def _bucket(client: Any, name: str) -> bool:
    found = client.list_object_versions(Bucket=name, MaxKeys=1)
    if found.get("Versions") or found.get("DeleteMarkers"):
        return False
    client.delete_bucket(Bucket=name)
    return True


def _table(client: Any, name: str) -> bool:
    if client.scan(TableName=name, Limit=1)["Items"]:
        return False
    client.delete_table(TableName=name)
    return True


def _pool(client: Any, name: str) -> bool:
    if client.list_users(UserPoolId=name, Limit=1)["Users"]:
        return False
    client.delete_user_pool(UserPoolId=name)
    return True


def _layer(client: Any, arn: str) -> bool:
    layer, _, version = arn.rpartition(":")
    client.delete_layer_version(LayerName=layer, VersionNumber=int(version))
    return True


def agreed(prompt: str) -> bool:
    """Whether CLEAN=yes is in the environment, or somebody at the terminal says y."""
    if said := os.environ.get("CLEAN"):
        return said == "yes"
    return sys.stdin.isatty() and input(prompt).strip().lower() in ("y", "yes")
