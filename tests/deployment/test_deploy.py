"""`make deploy`: what it asks of SAM, and in which order."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployment import REPOSITORY, wheels
from deployment.__main__ import by_sam, main
from deployment.platform import Deployment, _kept_pool
from deployment.samconfig import assignments, target
from deployment.stack import Stack
from tests.deployment.test_edge import FakeCloudFormation

SAMCONFIG = (REPOSITORY / "samconfig.toml").read_text()
OUTPUTS = {
    "PublicUrl": "https://d1.cloudfront.net",
    "PageBucketName": "page",
    "LoginUrl": "https://l",
    "PageClientId": "c",
}

ZONES = {"ZoneA": "us-east-1b", "ZoneB": "us-east-1c"}
"""Those of the lowest ids in the account that moto imitates."""


class MainStack:
    """CloudFormation with the main stack: nothing before it is deployed, its outputs after."""

    def __init__(self, parameters: dict[str, str] | None = None) -> None:
        self.parameters = parameters

    def known(self) -> dict[str, str]:
        """The parameters that its template has."""
        return {"SignInWith": "email", **(self.parameters or {})}

    def describe_stacks(self, StackName: str) -> Any:
        if self.parameters is None:
            return FakeCloudFormation().describe_stacks(StackName)
        said = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.known().items()]
        return {
            "Stacks": [
                {
                    "StackStatus": "UPDATE_COMPLETE",
                    "Parameters": said,
                    "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in OUTPUTS.items()],
                }
            ]
        }


class Session:
    """A session of one region; CloudFormation in us-east-1 is another."""

    def __init__(self, region: str, main: MainStack) -> None:
        self.region_name, self.main, self.edge = region, main, FakeCloudFormation()

    def get_partition_for_region(self, region: str) -> str:
        return "aws"

    def client(self, service: str, region_name: str | None = None) -> Any:
        if service == "cloudformation":
            return self.main if region_name is None else self.edge
        return boto3.client(service, region_name=self.region_name)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield


def deployed(session: Session, given: Mapping[str, str]) -> dict[str, str]:
    """The parameters that SAM is given."""
    asked: dict[str, str] = {}

    def deploy(parameters: Mapping[str, str], architecture: str) -> None:
        asked.update(parameters)
        session.main.parameters = {**(session.main.parameters or {}), **parameters}

    name = "Mine" if session.region_name != "us-east-1" else "Home"
    assert Deployment(session, name, given, lambda _: None).run(deploy, None) == OUTPUTS["PublicUrl"]
    return asked


def test_a_first_deployment_makes_the_key_and_later_ones_keep_it() -> None:
    session = Session("us-east-1", MainStack())

    first = deployed(session, {})
    second = deployed(session, {"MaxSourceGiB": "5"})

    assert first.keys() == {"PlaybackPublicKey", "ZoneA", "ZoneB"}
    assert second == {"MaxSourceGiB": "5"}
    assert boto3.client("secretsmanager", region_name="us-east-1").get_secret_value(SecretId="Home/playback-key")


class OlderStack(MainStack):
    """A stack whose template knows no names for users but one kind."""

    def known(self) -> dict[str, str]:
        return dict(self.parameters or {})


def test_the_users_of_an_older_stack_keep_their_names() -> None:
    older = Deployment(Session("us-east-1", OlderStack({"PlaybackAccess": "public"})), "Home", {}, lambda _: None)

    assert older.prepare() == {"SignInWith": "username"}


def test_a_stack_whose_first_changes_were_declined_is_a_new_one() -> None:
    waiting = Stack(status="REVIEW_IN_PROGRESS")

    assert _kept_pool(waiting) == {}
    assert _kept_pool(Stack(status="CREATE_COMPLETE", parameters={"PlaybackAccess": "public"})) == {
        "SignInWith": "username"
    }


@pytest.mark.parametrize("given", [{"PlaybackAccess": "public"}, {"PlaybackPublicKey": "mine"}])
def test_no_key_is_made_where_none_is_wanted(given: dict[str, str]) -> None:
    assert deployed(Session("us-east-1", MainStack()), given) == {**given, **ZONES}


def test_abroad_the_edge_comes_first_and_its_arns_are_given() -> None:
    session = Session("eu-central-1", MainStack())

    asked = deployed(session, {"PlaybackAccess": "public", "DomainName": "video.example.com", "HostedZoneId": "Z1"})

    assert asked["EdgeWebAclArn"] == "arn:acl"
    assert asked["EdgeCertificateArn"] == "arn:cert/video.example.com"
    assert session.edge.parameters == {"DomainName": "video.example.com", "HostedZoneId": "Z1"}


def test_an_environment_names_its_stack_and_parameters() -> None:
    production = target("prod", SAMCONFIG)

    assert production.stack == "VideoTranscodingStack"
    assert production.parameters["PriceClass"] == "PriceClass_All"
    with pytest.raises(ValueError, match="no environment nowhere"):
        target("nowhere", SAMCONFIG)


def test_changes_that_somebody_declined_are_no_deployment() -> None:
    session = Session("eu-central-1", MainStack({"Firewall": "enabled", "PlaybackAccess": "public"}))
    session.edge.parameters = {"Firewall": "enabled"}

    with pytest.raises(ValueError, match="nothing was deployed"):
        Deployment(session, "Mine", {"Firewall": "disabled"}, lambda _: None).run(lambda *_: None, None)

    assert session.edge.parameters == {"Firewall": "enabled"}


def test_what_a_guided_deployment_wrote_is_understood() -> None:
    assert assignments('MaxSourceGiB="50" DomainName="" Title="two words"') == {
        "MaxSourceGiB": "50",
        "DomainName": "",
        "Title": "two words",
    }
    assert assignments(['A="1"']) == {"A": "1"}


def test_a_word_that_is_no_assignment_is_named() -> None:
    assert assignments(["A=b=c", "D="]) == {"A": "b=c", "D": ""}
    with pytest.raises(ValueError, match="DomainName does not have the form"):
        assignments(["DomainName"])


def test_sam_gets_every_parameter_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def noted(command: list[str], **_: Any) -> CompletedProcess[str]:
        ran.append(command)
        return CompletedProcess(command, 0)

    monkeypatch.setattr("subprocess.run", noted)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)

    by_sam(target("default", SAMCONFIG))({"EdgeWebAclArn": "", "A": "x,y="}, "arm64")
    by_sam(target("default", SAMCONFIG))({}, "x86_64")

    arm64, x86_64 = wheels.downloads("arm64"), wheels.downloads("x86_64")
    assert ran[:3] == [*arm64, ["sam", "build", "--parameter-overrides", "Architecture=arm64"]]
    assert ran[3] == [
        "sam",
        "deploy",
        "--config-env",
        "default",
        "--parameter-overrides",
        'EdgeWebAclArn=""',
        'A="x,y="',
    ]
    assert ran[4:] == [
        *x86_64,
        ["sam", "build", "--parameter-overrides", "Architecture=x86_64"],
        ["sam", "deploy", "--config-env", "default"],
    ]


def test_packages_are_built_for_the_processor_that_the_stack_has() -> None:
    built: list[str] = []
    session = Session("us-east-1", MainStack({"Architecture": "x86_64", "PlaybackAccess": "public"}))

    for given in ({}, {"Architecture": "arm64"}):
        session.main.parameters = {**(session.main.parameters or {}), **given}
        Deployment(session, "Home", given, lambda _: None).run(lambda _, processor: built.append(processor), None)

    assert built == ["x86_64", "arm64"]


def test_without_a_built_page_nothing_is_deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("deployment.__main__.PAGE", tmp_path)

    assert main([]) == 1
    said = capsys.readouterr().err
    assert "Node.js 20.19" in said
    assert "make deploy PAGE=no" in said


def test_without_sam_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")

    assert main(["--without-page"]) == 1
    assert (
        capsys.readouterr().err == "make deploy: sam is not on PATH: run `make deploy`, which installs it in .venv.\n"
    )


@pytest.mark.parametrize(("given", "is_left_out"), [(["PAGE=no"], True), ([], False), (["PAGE=yes"], False)])
def test_make_leaves_the_page_out_for_who_asks(given: list[str], is_left_out: bool) -> None:
    command = ["make", "--dry-run", "deploy", *given]

    said = run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout

    assert ("--without-page" in said) is is_left_out
