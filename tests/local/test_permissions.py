"""Taking one permission away makes the run fail with AccessDenied: one of each kind of caller.

That no role has a right which no test uses is for the audit of the whole suite's run to say (local/audit.py).
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local import deploy, media
from local.api import Api, ApiError
from local.clients import Clients
from local.platform import Platform

TRIED = (
    ("UploadRole", "s3:PutObject"),
    ("DispatchRole", "states:StartExecution"),
    ("RunRole", "s3:GetObjectVersion"),
    ("TranscodeRole", "lambda:InvokeFunction"),
    ("TranscodeRole", "ecs:RunTask"),
    ("TranscodeRole", "iam:PassRole"),
    ("DeliverRole", "s3:GetObject"),
    ("RunsRole", "states:StartExecution"),
    ("RunRole", "s3:PutObject"),
    ("EncoderRole", "elasticfilesystem:ClientWrite"),
    ("PublishRole", "sns:Publish"),
)


@dataclass(slots=True)
class Grant:
    """One action in one inline policy of one role."""

    clients: Clients
    role: str
    policy: str
    action: str
    document: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        found = self.clients.iam.get_role_policy(RoleName=self.role, PolicyName=self.policy)["PolicyDocument"]
        self.document = found if isinstance(found, dict) else json.loads(found)

    def remove(self) -> None:
        kept = [self._without(statement) for statement in self.document["Statement"]]
        self._put([statement for statement in kept if statement["Action"]] or [NOTHING])

    def forget(self) -> None:
        """New workers for the role's functions: they may have kept what they were allowed to read before."""
        for page in self.clients.lambda_.get_paginator("list_functions").paginate():
            for one in page["Functions"]:
                if one["Role"].endswith(f"/{self.role}"):
                    name, same = one["FunctionName"], one["Timeout"]
                    self.clients.lambda_.update_function_configuration(FunctionName=name, Timeout=same)

    def restore(self) -> None:
        self._put(self.document["Statement"])

    def _without(self, statement: dict[str, Any]) -> dict[str, Any]:
        return {**statement, "Action": [action for action in listed(statement["Action"]) if action != self.action]}

    def _put(self, statements: list[dict[str, Any]]) -> None:
        document = json.dumps({**self.document, "Statement": statements})
        self.clients.iam.put_role_policy(RoleName=self.role, PolicyName=self.policy, PolicyDocument=document)


NOTHING = {"Effect": "Allow", "Action": ["none:None"], "Resource": "*"}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def grants(clients: Clients) -> Iterator[tuple[str, Grant]]:
    """(logical id of the role, grant) for every action of every role of the stack."""
    for resource in deploy.resources(clients):
        if resource.kind != "AWS::IAM::Role":
            continue
        for policy in clients.iam.list_role_policies(RoleName=resource.physical_id)["PolicyNames"]:
            whole = Grant(clients, resource.physical_id, policy, "")
            for action in sorted({a for one in whole.document["Statement"] for a in listed(one["Action"])}):
                yield resource.logical_id, Grant(clients, resource.physical_id, policy, action)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media.sample(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1)


def denials(platform: Platform, action: str) -> list[str]:
    log = (platform.state / "emulator.log").read_text(errors="replace")
    return [line for line in log.splitlines() if "AccessDenied" in line and f"perform: {action} " in line]


def everything(platform: Platform, clip: Path) -> Iterator[None]:
    """Use the platform in every way that needs what is tried, one step at a time, whatever fails."""
    api = Api(platform.api, platform.token)
    video = api.upload(clip, lambda _: None)
    yield
    for _ in range(400):
        if api.video(video)["status"] in ("ready", "failed"):
            break
        time.sleep(0.1)
        yield
    media.decoded_frames(api.call("GET", f"/videos/{video}/playback")["signed"]["hls"])
    yield
    stopped = api.upload(clip, lambda _: None)
    for _ in range(50):
        if api.video(stopped)["status"] == "transcoding":
            break
        time.sleep(0.1)
    api.call("POST", f"/videos/{stopped}/cancel")
    yield
    api.call("POST", f"/videos/{stopped}/retry")
    for _ in range(50):
        time.sleep(0.1)
        yield


def is_denied(platform: Platform, clip: Path, action: str) -> bool:
    """Whether using the platform meets a denial of the action."""
    before = len(denials(platform, action))
    steps = everything(platform, clip)
    while True:
        try:
            next(steps)
        except (ApiError, media.MediaError, StopIteration):
            time.sleep(1)
            return len(denials(platform, action)) > before
        if len(denials(platform, action)) > before:
            return True


def test_without_one_permission_the_run_meets_access_denied(platform: Platform, clip: Path) -> None:
    unnoticed = []
    tried = [(name, grant) for name, grant in grants(platform.clients) if (name, grant.action) in TRIED]
    for name, grant in tried:
        grant.remove()
        grant.forget()
        try:
            # Once more before it is called unnoticed: a step may fail for another reason under load.
            if not any(is_denied(platform, clip, grant.action) for _ in range(2)):
                unnoticed.append(f"{name} {grant.action}")
        finally:
            grant.restore()

    assert len(tried) >= len(TRIED)
    assert not unnoticed, ", ".join(unnoticed)
