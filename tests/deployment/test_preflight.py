"""`make preflight`: what it finds in an account, with a remedy for each lack, and `?` where one may not look."""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from deployment import missing, preflight, quotas
from deployment.findings import Finding, Verdict, table
from deployment.preflight import Preflight
from deployment.stack import Stack
from tests.templates import parsed

REGION = "eu-central-1"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
Answer = Mapping[str, Any] | str
"""What a call answers, or the code of its error."""
ZONES = {
    "AvailabilityZones": [
        {"ZoneName": f"{REGION}{letter}", "ZoneId": f"euc1-az{number}", "State": "available"}
        for letter, number in (("a", 2), ("b", 3), ("c", 1))
    ]
}
DEPLOYED = {
    "StackName": "Mine",
    "StackStatus": "CREATE_COMPLETE",
    "CreationTime": 0,
    "Parameters": [{"ParameterKey": "VpcCidr", "ParameterValue": "10.20.0.0/16"}],
    "Outputs": [
        {"OutputKey": "EncoderRepositoryUri", "OutputValue": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/mine"},
        {"OutputKey": "UserPoolId", "OutputValue": f"{REGION}_abc"},
    ],
}


def quota(value: float) -> dict[str, Any]:
    return {"Quota": {"Value": value}}


def distributions(count: int) -> dict[str, Any]:
    listed = {"Marker": "", "MaxItems": 1, "IsTruncated": False, "Quantity": count}
    return {"DistributionList": listed}


FRESH: dict[tuple[str, str], list[Answer]] = {
    ("sts", "get_caller_identity"): [
        {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/ann", "UserId": "A"}
    ],
    ("cloudformation", "describe_stacks"): ["ValidationError: Stack with id Mine does not exist"] * 2,
    ("ec2", "describe_availability_zones"): [ZONES],
    ("ec2", "describe_vpcs"): [{"Vpcs": [{"VpcId": "vpc-1"}]}],
    ("cloudfront", "list_distributions"): [distributions(0)],
    ("iam", "get_role"): ["NoSuchEntity"],
    ("lambda", "get_account_settings"): [{"AccountLimit": {"ConcurrentExecutions": 10}}],
    ("service-quotas", "get_service_quota"): [quota(6), quota(64), quota(5)],
}
"""An account that has never seen anything, on its first day."""


class StubbedSession:
    """A session whose clients answer what they are told, and nothing else."""

    region_name = REGION

    def __init__(self, answers: Mapping[tuple[str, str], list[Answer]], region: str = REGION) -> None:
        self.answers, self.region_name = answers, region
        self._made: dict[tuple[str, str], Any] = {}
        self._real = boto3.Session(region_name=region, **KEYS)

    def client(self, service: str, region_name: str | None = None) -> Any:
        place = service, region_name or self.region_name
        if place not in self._made:
            self._made[place] = self._stubbed(*place)
        return self._made[place]

    def _stubbed(self, service: str, region: str) -> Any:
        made = self._real.client(service, region_name=region)
        stubs = Stubber(made)
        for (of, operation), answers in self.answers.items():
            for answer in answers if of == service else ():
                if isinstance(answer, str):
                    code, _, said = answer.partition(": ")
                    stubs.add_client_error(operation, code, said)
                else:
                    stubs.add_response(operation, dict(answer))
        stubs.activate()
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def found(answers: Mapping[tuple[str, str], list[Answer]], **given: str) -> dict[str, Finding]:
    """Findings by subject, of the stack Mine."""
    return {each.subject: each for each in Preflight(StubbedSession(answers), "Mine", given).run()}


def test_a_fresh_account_is_told_what_it_lacks_and_would_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    findings = list(Preflight(StubbedSession(FRESH), "Mine", {}).run())

    print(table(findings))

    assert preflight.is_ready(findings)
    said = capsys.readouterr().out
    assert "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com" in said
    assert "10 functions at a time" in said
    assert "a task for 4K video needs 16 and would never start" in said
    assert "--quota-code L-36FBB829 --desired-value 80" in said
    assert f"{REGION}c and {REGION}a" in said
    assert "1 of 5 used, one more is needed" in said
    assert said.count("?  ") == 1
    assert "AWS must verify some new accounts" in said


def test_an_account_that_has_a_distribution_may_make_another() -> None:
    used = FRESH | {("cloudfront", "list_distributions"): [distributions(1)]}

    assert found(FRESH)["CloudFront"].verdict is Verdict.UNKNOWN
    assert found(used)["CloudFront"].verdict is Verdict.OK


def test_where_no_vpc_fits_the_deployment_would_fail() -> None:
    full = FRESH | {("ec2", "describe_vpcs"): [{"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(5)]}]}

    assert found(full)["VPCs"].verdict is Verdict.FAILS


def test_who_may_only_identify_himself_gets_question_marks_and_no_failure() -> None:
    denied = {key: ["AccessDenied"] * len(answers) for key, answers in FRESH.items() if key[0] != "sts"}

    findings = found({**denied, ("sts", "get_caller_identity"): FRESH["sts", "get_caller_identity"]})

    subjects = (
        "Stack",
        "Edge stack",
        "Zones",
        "Service roles",
        "Lambda concurrency",
        "Fargate vCPUs",
        "VPCs",
        "CloudFront",
    )
    assert {findings[each].verdict for each in subjects} == {Verdict.UNKNOWN}
    assert "GetRole" in findings["Service roles"].seen
    assert preflight.is_ready(list(findings.values()))


def test_without_credentials_nothing_else_is_looked_at() -> None:
    (finding,) = found({("sts", "get_caller_identity"): ["ExpiredToken: it has expired"]}).values()

    assert finding.verdict is Verdict.FAILS
    assert "aws sso login" in finding.remedy


@pytest.mark.parametrize(
    ("zone", "given", "verdict"),
    [
        ({"Name": "example.com.", "Id": "Z1", "CallerReference": "x"}, "video.example.com", Verdict.OK),
        ({"Name": "example.com.", "Id": "Z1", "CallerReference": "x"}, "example.com", Verdict.OK),
        ({"Name": "example.com.", "Id": "Z1", "CallerReference": "x"}, "notexample.com", Verdict.FAILS),
        (
            {"Name": "example.com.", "Id": "Z1", "CallerReference": "x", "Config": {"PrivateZone": True}},
            "example.com",
            Verdict.FAILS,
        ),
    ],
)
def test_a_domain_must_lie_in_its_public_zone(zone: dict[str, Any], given: str, verdict: Verdict) -> None:
    client = StubbedSession({("route53", "get_hosted_zone"): [{"HostedZone": zone}]}).client("route53")

    assert preflight.domain(client, {"DomainName": given, "HostedZoneId": "Z1"}).verdict is verdict


def test_a_zone_that_is_not_there_fails() -> None:
    client = StubbedSession({("route53", "get_hosted_zone"): ["NoSuchHostedZone"]}).client("route53")

    assert preflight.domain(client, {"DomainName": "a.b", "HostedZoneId": "Z1"}).verdict is Verdict.FAILS
    assert preflight.domain(client, {"DomainName": "a.b"}).verdict is Verdict.FAILS


def test_a_stack_that_is_stuck_and_a_range_that_changes_fail() -> None:
    stuck = {**DEPLOYED, "StackStatus": "ROLLBACK_COMPLETE", "Outputs": []}

    findings = found({**FRESH, ("cloudformation", "describe_stacks"): [{"Stacks": [stuck]}]}, VpcCidr="10.30.0.0/16")

    assert (findings["Stack"].verdict, findings["Parameters"].verdict) == (Verdict.FAILS, Verdict.FAILS)
    assert "CLEAN=yes" in findings["Stack"].remedy


def test_a_change_set_that_nobody_executed_is_no_obstacle() -> None:
    waiting = {"StackName": "Mine", "StackStatus": "REVIEW_IN_PROGRESS", "CreationTime": 0}

    findings = found({**FRESH, ("cloudformation", "describe_stacks"): [{"Stacks": [waiting]}]})

    assert findings["Stack"].verdict is Verdict.OK
    assert "never executed" in findings["Stack"].seen


def test_zones_that_somebody_chose_are_looked_up() -> None:
    assert found(FRESH, ZoneA=f"{REGION}a", ZoneB=f"{REGION}c")["Zones"].verdict is Verdict.OK
    assert found(FRESH, ZoneA=f"{REGION}a", ZoneB=f"{REGION}f")["Zones"].verdict is Verdict.FAILS


@pytest.mark.parametrize(("value", "verdict"), [(6, Verdict.TO_DO), (40, Verdict.TO_DO), (80, Verdict.OK)])
def test_vcpus_are_held_against_the_chunks_of_a_video(value: float, verdict: Verdict) -> None:
    client = StubbedSession({("service-quotas", "get_service_quota"): [quota(value)]}).client("service-quotas")

    assert quotas.vcpus(client, quotas.SPOT, {"MaxConcurrentChunks": "20"}).verdict is verdict


def test_where_an_account_has_no_value_of_its_own_the_default_counts() -> None:
    answers: dict[tuple[str, str], list[Answer]] = {
        ("service-quotas", "get_service_quota"): ["NoSuchResourceException"],
        ("service-quotas", "get_aws_default_service_quota"): [quota(4000)],
    }

    assert quotas.limit(StubbedSession(answers).client("service-quotas"), quotas.ON_DEMAND) == 4000


def test_a_function_above_what_new_accounts_may_have_is_a_question() -> None:
    assert quotas.memory(3008).verdict is Verdict.OK
    assert quotas.memory(10240).verdict is Verdict.UNKNOWN


def test_builds_that_may_not_run_are_told_where_there_is_a_pipeline() -> None:
    closed = {"QuotaName": "Concurrently running builds for Linux/Small environment", "QuotaCode": "L-1", "Value": 0.0}
    answers: dict[tuple[str, str], list[Answer]] = {("service-quotas", "list_service_quotas"): [{"Quotas": [closed]}]}

    finding = quotas.builds(StubbedSession(answers).client("service-quotas"))

    assert finding.verdict is Verdict.TO_DO
    assert "--quota-code L-1" in finding.remedy
    assert "CodeBuild" not in found(FRESH)


def test_the_quotas_of_builds_are_those_of_the_pipelines_machines() -> None:
    kinds = {"ARM_CONTAINER": "ARM", "LINUX_CONTAINER": "Linux"}
    asked = [each.properties["Environment"] for each in parsed.resources("AWS::CodeBuild::Project")]

    used = {f"{kinds[each['Type']]}/{each['ComputeType'].rsplit('_', 1)[1].capitalize()}" for each in asked}

    assert used == set(quotas.BUILDS)


def deployed(**parameters: str) -> Stack:
    return Stack(
        "CREATE_COMPLETE", parameters, {each["OutputKey"]: each["OutputValue"] for each in DEPLOYED["Outputs"]}
    )


def test_a_deployed_platform_is_told_of_its_image_and_its_users() -> None:
    lacking: dict[tuple[str, str], list[Answer]] = {
        ("ecr", "describe_images"): ["ImageNotFoundException"],
        ("cognito-idp", "list_users"): [{"Users": []}],
    }

    image, users = missing.still_missing(StubbedSession(lacking), deployed(Architecture="x86_64", EncoderImageTag="v2"))

    assert (image.verdict, users.verdict) == (Verdict.TO_DO, Verdict.TO_DO)
    assert (
        f"--platform linux/amd64 -f container/Dockerfile -t 123456789012.dkr.ecr.{REGION}.amazonaws.com/mine:v2"
        in image.remedy
    )
    assert f"admin-create-user --user-pool-id {REGION}_abc --username you --user-attributes" in users.remedy


@pytest.mark.parametrize(
    ("parameters", "name"),
    [({}, "you"), ({"SignInWith": "username"}, "you"), ({"SignInWith": "email"}, "you@example.com")],
)
def test_the_first_user_is_called_as_the_stack_s_pool_wants_it(parameters: dict[str, str], name: str) -> None:
    lacking: dict[tuple[str, str], list[Answer]] = {
        ("ecr", "describe_images"): ["ImageNotFoundException"],
        ("cognito-idp", "list_users"): [{"Users": []}],
    }

    _, users = missing.still_missing(StubbedSession(lacking), deployed(**parameters))

    assert f"--username {name} " in users.remedy


def test_a_platform_that_lacks_nothing_says_so() -> None:
    whole: dict[tuple[str, str], list[Answer]] = {
        ("ecr", "describe_images"): [{"imageDetails": [{"imageTags": ["v1"]}]}],
        ("cognito-idp", "list_users"): [{"Users": [{"Username": "ann"}]}],
    }

    verdicts = [each.verdict for each in missing.still_missing(StubbedSession(whole), deployed())]

    assert verdicts == [Verdict.OK, Verdict.OK]


def test_an_image_elsewhere_is_looked_for_there() -> None:
    address = "999999999999.dkr.ecr.us-west-2.amazonaws.com/shared/encoder:sha-1"

    assert missing.image(deployed(EncoderImageUri=address)) == address
    assert missing.image(deployed()).endswith("/mine:v1")


def test_an_image_outside_of_ecr_is_a_question() -> None:
    elsewhere = deployed(EncoderImageUri="ghcr.io/encoder:v1")

    image, _ = missing.still_missing(StubbedSession({("cognito-idp", "list_users"): [{"Users": []}]}), elsewhere)

    assert image.verdict is Verdict.UNKNOWN
