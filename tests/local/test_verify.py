"""`make verify` against the emulator: what it models is as assumed, what it does not is named, and nothing stays."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from deployment import STACK, stack
from deployment.verification import scratch
from deployment.verification.checks import CHECKS
from deployment.verification.place import Aws, find
from deployment.verify import Verification
from local.platform import Platform


@pytest.fixture(scope="module")
def session(platform: Platform) -> Iterator[boto3.Session]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", platform.endpoint)
        yield boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


@pytest.fixture(scope="module")
def ran(session: boto3.Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run says, and its report."""
    said: list[str] = []
    folder = tmp_path_factory.mktemp("report")
    holds = Verification(session, STACK, lambda _: "yes", folder, said.append).run()
    print("\n".join(said))
    return {"holds": holds, "said": "\n".join(said), **json.loads((folder / "verify.json").read_text())}


def test_what_the_emulator_models_is_as_assumed_and_the_rest_says_why_not(ran: dict[str, Any]) -> None:
    unlike = {each["name"]: each["measured"] for each in ran["findings"] if each["verdict"] != "as assumed"}
    slow = unlike.pop("dynamodb-stream", "")  # seconds here are this machine's, however busy it is

    assert set(unlike) == {check.name for check in CHECKS if check.local}, unlike
    assert all("(not AWS: " in measured for measured in unlike.values())
    assert ran["holds"] or slow


def test_nothing_is_left(ran: dict[str, Any], session: boto3.Session) -> None:
    aws = Aws(session)

    place = find(aws, STACK)

    assert stack.read(session.client("cloudformation"), place.name).status in ("", "DELETE_COMPLETE")
    assert session.client("ecs").list_tasks(cluster=place.outputs["ClusterName"])["taskArns"] == []
    left = session.client("s3").list_object_versions(Bucket=place.outputs["OutputBucketName"], Prefix=scratch.OBJECTS)
    assert not {"Versions", "DeleteMarkers"} & left.keys()
    assert not scratch.clean(aws, place)


def test_the_report_names_no_account(ran: dict[str, Any], platform: Platform) -> None:
    text = json.dumps(ran)

    for secret in ("000000000000", "arn:aws", platform.endpoint):
        assert secret not in text


def test_an_interrupted_run_leaves_nothing_either(session: boto3.Session, tmp_path: Path) -> None:
    def interrupts(line: str) -> None:
        if "measuring" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Verification(session, STACK, lambda _: "yes", tmp_path, interrupts).run()

    assert not Verification(session, STACK, lambda _: "yes", tmp_path).clean()
