"""What a pipeline gives a stack, and which stacks it leaves alone."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployment import EDGE_REGION, REPOSITORY, release
from deployment.platform import Deployment
from tests.deployment.test_deploy import MainStack, Session

TEMPLATE = REPOSITORY / "template.yaml"
KEY = {"PlaybackPublicKey": "public", "SignInWith": "email"}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield


def given(there: dict[str, str] | None, wanted: dict[str, str], region: str = EDGE_REGION) -> dict[str, str]:
    return release.parameters(Deployment(Session(region, MainStack(there)), "Mine", wanted, lambda _: None), TEMPLATE)


def test_what_is_not_named_keeps_its_value() -> None:
    there = {**KEY, "MaxSourceGiB": "5", "EncoderImageUri": "old"}

    assert given(there, {"EncoderImageUri": "new"}) == {**KEY, "MaxSourceGiB": "5", "EncoderImageUri": "new"}


def test_a_parameter_that_the_template_lost_is_forgotten() -> None:
    assert given({**KEY, "OfAnOldTemplate": "1"}, {}) == KEY


def test_a_parameter_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameter MaxSorceGiB"):
        given(KEY, {"MaxSorceGiB": "5"})


def test_a_new_private_stack_gets_a_key_pair() -> None:
    made = given(None, {})

    assert made["PlaybackPublicKey"]
    assert boto3.client("secretsmanager", region_name=EDGE_REGION).get_secret_value(SecretId="Mine/playback-key")


def test_abroad_the_edge_is_made_with_the_deployment_s_role() -> None:
    session = Session("eu-central-1", MainStack({**KEY, "Firewall": "enabled"}))
    requests: list[Any] = []
    take = session.edge._take
    session.edge._take = lambda verb, request: (requests.append(request), take(verb, request))[1]  # type: ignore[method-assign]

    made = release.parameters(Deployment(session, "Mine", {}, lambda _: None, role="arn:role"), TEMPLATE)

    assert made["EdgeWebAclArn"] == "arn:acl"
    assert [request["RoleARN"] for request in requests] == ["arn:role"]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_half_made_stack_is_for_a_human(status: str) -> None:
    with pytest.raises(ValueError, match=f"Mine is {status}. .* Read its events first"):
        release.require_deployable("Mine", release.Stack(status))


def test_a_pipeline_never_deploys_the_stack_that_holds_one() -> None:
    with pytest.raises(ValueError, match="contains a pipeline"):
        given({**KEY, "GitHubRepository": "owner/name"}, {})


def test_the_file_is_one_that_cloudformation_s_action_takes() -> None:
    assert json.loads(release.configuration({"B": "2", "A": ""})) == {"Parameters": {"A": "", "B": "2"}}


def test_a_page_is_published_only_into_a_whole_stack(tmp_path: Path) -> None:
    main = MainStack({})
    main.describe_stacks = lambda StackName: {"Stacks": [{"StackStatus": "UPDATE_ROLLBACK_COMPLETE"}]}  # type: ignore[method-assign]

    with pytest.raises(ValueError, match="nothing was deployed"):
        Deployment(Session(EDGE_REGION, main), "Mine", {}).finish({}, tmp_path)
