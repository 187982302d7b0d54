"""`make destroy`: take a platform away, but for what people put into it; says what goes, what stays, and why."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deployment import EDGE_REGION, REPOSITORY, failures, inventory, playback_key, recovery, running, stack
from deployment.edge import Edge, is_apart
from deployment.inventory import Part
from deployment.samconfig import target
from deployment.stack import Stack

PAGE = "PageBucket"
PATIENCE = {"Delay": 5, "MaxAttempts": 720}  # seconds; a distribution alone takes minutes
PAUSE_SECONDS = 15 * 60
INTERFACES = (
    "Lambda removes the network interfaces of a deleted function after up to 40 minutes; subnets and security groups "
    "can be deleted only then"
)
NOTHING = "  nothing: its change set was never executed, or the stack is already deleted"
Say = Callable[[str], None]
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Destruction:
    """Everything it needs; tests give a session of their own, and what is typed."""

    session: Any
    stack: str
    ask: Ask
    say: Say = print

    def run(self) -> None:
        """Say what goes and what stays, have it confirmed, and do it. ValueError when nothing was done."""
        main = stack.read(self._cloudformation(), self.stack)
        parts = self._parts(main)
        edge = self._edge_stack()
        if not main.status and not edge:
            self._retire_key()  # what a run before did not come to
            raise ValueError(f"there is no stack {self.stack} in {self.session.region_name}")
        for line in (*self._goes(parts, edge), *self._stays(parts)):
            self.say(line)
        if self.ask(f"Type {self.stack} to continue: ").strip() != self.stack:
            raise ValueError("nothing was deleted: the name does not match the stack")
        if main.status:
            running.stop(self.session, main.outputs)
            self._empty_page(parts)
            self._delete(self._cloudformation(), self.stack)
            self._remove_page(parts)
        if edge:
            self._delete(self._cloudformation(EDGE_REGION), edge)
        self._retire_key()

    def _parts(self, main: Stack) -> list[Part]:
        """What the stack is made of; one whose change set was never executed has not even a template."""
        if main.status in ("", recovery.EMPTY):
            return []
        return list(inventory.parts(self._cloudformation(), self.stack))

    def _retire_key(self) -> None:
        if playback_key.retire(self.session.client("secretsmanager"), self.stack):
            self.say(
                f"the key of private playback can be restored for {playback_key.RECOVERY_DAYS} days, then it is deleted"
            )

    def _goes(self, parts: list[Part], edge: str) -> list[str]:
        place = f"{self.stack} in {self.session.region_name}"
        counted = inventory.counted(part for part in parts if not part.is_kept)
        lines = [f"Deleted with the stack {place}:", *(counted if parts else [NOTHING])]
        lines += [f"  the page, in {part.physical_id}" for part in parts if part.logical_id == PAGE]
        lines += [f"  the stack {edge} in {EDGE_REGION}: certificate and firewall"] if edge else []
        return [*lines, f"  the key of private playback, after {playback_key.RECOVERY_DAYS} days"]

    def _stays(self, parts: list[Part]) -> list[str]:
        kept = [part for part in parts if part.is_kept and part.logical_id != PAGE]
        told = [line for part in kept for line in inventory.told(part)]
        packages = f"  packages that SAM uploaded, under {self.stack}/ in its bucket, which other stacks use too"
        return ["Kept; its storage is still billed:", *told, packages]

    def _edge_stack(self) -> str:
        """The name of the stack apart, where there is one."""
        client = self._cloudformation(EDGE_REGION)
        name = Edge(client, self.stack, self.session.region_name, {}).name
        return name if is_apart(self.session.region_name) and stack.read(client, name).status else ""

    def _delete(self, client: Any, name: str) -> None:
        self.say(f"deleting {name}: this takes minutes, or up to an hour if functions were in the VPC")
        try:
            self._delete_once(client, name)
        except WaiterError:
            if stack.read(client, name).status != "DELETE_FAILED":
                raise
            self._delete_again(client, name)

    def _delete_again(self, client: Any, name: str) -> None:
        """Once more after a pause, since what was in the way may go by itself."""
        for failure in failures.failures(client, name):
            self.say(f"  not deleted: {failure}")
        self.say(f"trying again in {PAUSE_SECONDS / 60:g} minutes: {INTERFACES}")
        time.sleep(PAUSE_SECONDS)
        try:
            self._delete_once(client, name)
        except WaiterError as error:
            found = "; ".join(map(str, failures.failures(client, name)))
            raise ValueError(
                f"{name} is not deleted: {found or error}. Run make destroy again later: {INTERFACES}"
            ) from error

    def _delete_once(self, client: Any, name: str) -> None:
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=PATIENCE)

    def _empty_page(self, parts: list[Part]) -> None:
        """Its bucket is kept by the template, in case of a mistake there; all it holds can be built again."""
        for bucket in self._page_buckets(parts):
            bucket.object_versions.delete()

    def _remove_page(self, parts: list[Part]) -> None:
        for bucket in self._page_buckets(parts):
            bucket.delete()

    def _page_buckets(self, parts: list[Part]) -> list[Any]:
        return [self.session.resource("s3").Bucket(part.physical_id) for part in parts if part.logical_id == PAGE]

    def _cloudformation(self, region: str | None = None) -> Any:
        return self.session.client("cloudformation", region_name=region)


def asked(prompt: str) -> str:
    """What somebody types; CONFIRM in the environment stands for it."""
    if confirmed := os.environ.get("CONFIRM"):
        return confirmed
    try:
        return input(prompt)
    except EOFError:
        return ""


def main(arguments: list[str]) -> int:
    """Destroy; the exit code."""
    parser = argparse.ArgumentParser(prog="make destroy", description="Delete the stack of your credentials' account.")
    parser.add_argument("--config-env", default="default", help="environment in samconfig.toml")
    given = parser.parse_args(arguments)
    try:
        at = target(given.config_env, (REPOSITORY / "samconfig.toml").read_text())
        Destruction(boto3.Session(region_name=at.region), at.stack, asked).run()
    except (BotoCoreError, ClientError, WaiterError, TimeoutError, ValueError) as error:
        print(f"make destroy: {error}", file=sys.stderr)
        return 1
    print(f"{at.stack} is deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
