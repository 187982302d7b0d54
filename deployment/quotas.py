"""What an account may have at a time, against what a platform of given parameters needs.

Codes are those that `aws service-quotas list-service-quotas` prints.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployment.findings import Finding, asked, fails, ok, to_do, unknown

LARGEST_TASK_VCPUS = 16
"""A chunk of 4K video gets that many."""
USUAL_TASK_VCPUS = 4
"""So many a chunk of 1080p25 gets with the default profile."""
MEMORY_OF_NEW_ACCOUNTS_MIB = 3008
CONCURRENCY = 100
"""Concurrent executions with which a handful of people and one long video do not meet throttling."""
BUILDS = ("Linux/Small", "Linux/Large", "ARM/Small")
"""The machines that the pipeline's projects ask for, as their quotas call them."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of Service Quotas."""

    subject: str
    service: str
    code: str


ON_DEMAND = Quota("Fargate vCPUs", "fargate", "L-3032A538")
SPOT = Quota("Fargate Spot vCPUs", "fargate", "L-36FBB829")
VPCS = Quota("VPCs", "vpc", "L-F678F1CE")


def raised(quota: Quota, wanted: float) -> str:
    """The command that asks AWS for more."""
    return (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service} "
        f"--quota-code {quota.code} --desired-value {wanted:g}"
    )


def limit(client: Any, quota: Quota) -> float:
    """What applies to the account: its own value, else AWS's default."""
    key = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        return float(client.get_service_quota(**key)["Quota"]["Value"])
    except client.exceptions.NoSuchResourceException:
        return float(client.get_aws_default_service_quota(**key)["Quota"]["Value"])


def vcpus(client: Any, quota: Quota, parameters: Mapping[str, str]) -> Finding:
    """Whether the largest task starts at all, and how many chunks are encoded at a time."""
    may = limit(client, quota)
    chunks = int(parameters.get("MaxConcurrentChunks", "20"))
    wanted = max(LARGEST_TASK_VCPUS, USUAL_TASK_VCPUS * chunks)
    if may < LARGEST_TASK_VCPUS:
        seen = f"{may:g}; a task for 4K video needs {LARGEST_TASK_VCPUS} and would never start"
        return to_do(quota.subject, seen, raised(quota, wanted))
    if may < wanted:
        seen = f"{may:g}: {int(may // USUAL_TASK_VCPUS)} of {chunks} chunks of a video run at a time, the others wait"
        return to_do(quota.subject, seen, raised(quota, wanted))
    return ok(quota.subject, f"{may:g}, {wanted} needed for {chunks} chunks of one video")


def concurrency(client: Any) -> Finding:
    """How many functions may run at a time; new accounts often have 10."""
    may = int(client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    subject, quota = "Lambda concurrency", Quota("", "lambda", "L-B99A9384")
    if may < CONCURRENCY:
        seen = f"{may} functions at a time; more requests get 429, also while videos are encoded in functions"
        return to_do(subject, seen, f"{raised(quota, 1000)}\nUntil then deploy with FunctionLaneMaxInSeconds=0")
    return ok(subject, f"{may} functions at a time")


def memory(largest_mib: int) -> Finding:
    """Whether the largest function fits; AWS tells nobody whether an account is still limited."""
    subject = "Lambda memory"
    if largest_mib <= MEMORY_OF_NEW_ACCOUNTS_MIB:
        return ok(subject, f"at most {largest_mib} MB needed; every account allows {MEMORY_OF_NEW_ACCOUNTS_MIB} MB")
    seen = f"{largest_mib} MB needed; AWS limits new accounts to {MEMORY_OF_NEW_ACCOUNTS_MIB} MB; no API call shows it"
    return unknown(
        subject, seen, "If AWS refuses a function: in Support Center request a service quota increase for Lambda memory"
    )


def vpcs(client: Any, ec2: Any) -> Finding:
    """Whether one more VPC fits."""
    may, there = limit(client, VPCS), len(ec2.describe_vpcs()["Vpcs"])
    if there >= may:
        return fails(VPCS.subject, f"{there} of {may:g} used, one more is needed", raised(VPCS, may + 5))
    return ok(VPCS.subject, f"{there} of {may:g} used, one more is needed")


def builds(client: Any) -> Finding:
    """Whether CodeBuild lets the account build on the machines of the pipeline; new accounts sometimes may not."""
    subject = "CodeBuild"
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode="codebuild")
    known = {each["QuotaName"]: each for page in pages for each in page["Quotas"]}
    limits = [
        known[name]
        for name in (f"Concurrently running builds for {kind} environment" for kind in BUILDS)
        if name in known
    ]
    if not limits:
        return unknown(subject, "Service Quotas lists no limits for builds")
    if closed := [each for each in limits if each["Value"] < 1]:
        remedy = "\n".join(raised(Quota("", "codebuild", each["QuotaCode"]), 5) for each in closed)
        return to_do(subject, f"builds cannot run: {'; '.join(each['QuotaName'] for each in closed)}", remedy)
    return ok(subject, "builds can run")


def quotas(session: Any, parameters: Mapping[str, str], is_new: bool, largest_mib: int) -> Iterator[Finding]:
    """A finding for each limit that these parameters come near to."""
    client = session.client("service-quotas")
    yield asked("Lambda concurrency", lambda: concurrency(session.client("lambda")))
    yield memory(largest_mib)
    for quota in (ON_DEMAND, SPOT):
        yield asked(quota.subject, lambda quota=quota: vcpus(client, quota, parameters))  # type: ignore[misc]
    if is_new:
        yield asked(VPCS.subject, lambda: vpcs(client, session.client("ec2")))
    yield ok("Elastic IPs", "none needed: " + _addresses(parameters))
    if parameters.get("GitHubRepository"):
        yield asked("CodeBuild", lambda: builds(client))


def _addresses(parameters: Mapping[str, str]) -> str:
    is_public = parameters.get("NetworkMode") == "public"
    return "tasks have public IP addresses while they run" if is_public else "there is no NAT"
