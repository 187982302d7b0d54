"""`make preflight`: whether an account is ready for the platform, as a table; read only, and before anything is built.

The exit code is 1 only where a deployment would surely fail. What one may not look at is a `?`.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import EDGE_REGION, REPOSITORY, missing, naming, places, recovery, service_roles, stack, unchangeable
from deployment import zones as zone
from deployment.edge import Edge, is_apart
from deployment.findings import Finding, Verdict, asked, fails, ok, table, to_do, unknown
from deployment.quotas import quotas
from deployment.samconfig import assignments, target
from deployment.stack import Stack
from local import templates

NOT_YET = "after the first deployment"


@dataclass(frozen=True, slots=True)
class Preflight:
    """A look at one account and region for a stack with given parameters; others are as deployed, else as default."""

    session: Any
    stack: str
    given: Mapping[str, str]

    def run(self) -> Iterator[Finding]:
        """Every finding, the most basic first; nothing follows where there is no account to look at."""
        identity = self._identity()
        yield identity
        if identity.verdict is Verdict.FAILS:
            return
        yield self._region()
        there, told = self._main_stack()
        yield told
        parameters = {**defaults(), **there.parameters, **self.given}
        yield from self._edge()
        yield from self._unchangeable(there)
        if not there.parameters:
            yield asked("Zones", lambda: self._zones(parameters))
        yield from self._roles()
        yield asked("CloudFront", lambda: cloudfront(self._client("cloudfront")))
        yield from quotas(self.session, parameters, not there.parameters, largest_function(parameters))
        if parameters.get("DomainName"):
            yield asked("Domain", lambda: domain(self._client("route53"), parameters))
        if "EncoderRepositoryUri" in there.outputs:
            yield from missing.still_missing(self.session, there)
        else:
            yield to_do(missing.IMAGE, NOT_YET, "`make deploy` ends with the commands")
            yield to_do(missing.USERS, NOT_YET, "`make deploy` ends with the commands")

    def _client(self, service: str, region: str | None = None) -> Any:
        return self.session.client(service, region_name=region or self.session.region_name)

    def _identity(self) -> Finding:
        remedy = "aws configure, aws sso login, or AWS_PROFILE=... make preflight"
        if not self.session.region_name:
            return fails("Credentials", "no region is set", "AWS_DEFAULT_REGION=eu-central-1 make preflight")
        try:
            found = self._client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            return fails("Credentials", str(error), remedy)
        return ok("Credentials", f"account {found['Account']}, {found['Arn'].split(':', 5)[5]}")

    def _region(self) -> Finding:
        subject, region = "Region", self.session.region_name
        if refusal := places.refusal(self.session):
            return fails(subject, refusal, "Choose a region of the partition aws: AWS_DEFAULT_REGION=...")
        if unlisted := places.unlisted(self.session):
            return unknown(subject, f"this version of boto3 does not list {', '.join(unlisted)} in {region}")
        return ok(subject, region)

    def _main_stack(self) -> tuple[Stack, Finding]:
        """The stack as it is, as far as one may look, and what is to be said of it."""
        read: list[Stack] = []

        def look() -> Finding:
            read.append(stack.read(self._client("cloudformation"), self.stack))
            return self._stack(self.stack, read[0])

        told = asked("Stack", look)
        return (read[0] if read else Stack()), told

    def _stack(self, name: str, there: Stack) -> Finding:
        if len(name) > naming.LONGEST_STACK:
            return fails("Stack", f"{name} is too long", f"at most {naming.LONGEST_STACK} characters in samconfig.toml")
        if recovery.is_stuck(there.status):
            return fails("Stack", f"{name} is {there.status}", "make deploy explains it; CLEAN=yes clears it")
        if there.status == recovery.EMPTY:
            return ok("Stack", f"{name} is {there.status}: it is empty; its change set was never executed")
        return ok("Stack", f"{name} is {there.status or 'not deployed yet'}")

    def _edge(self) -> Iterator[Finding]:
        if not is_apart(self.session.region_name):
            return
        client = self._client("cloudformation", EDGE_REGION)
        name = Edge(client, self.stack, self.session.region_name, {}).name
        yield asked("Edge stack", lambda: self._stack(name, stack.read(client, name)))

    def _unchangeable(self, there: Stack) -> Iterator[Finding]:
        for sentence in unchangeable.changes(there, self.given):
            yield fails("Parameters", sentence, "leave it out")

    def _zones(self, parameters: Mapping[str, str]) -> Finding:
        region = self.session.region_name
        found = self._client("ec2").describe_availability_zones()["AvailabilityZones"]
        names = zone.suitable(region, found)
        asked_for = [parameters[each] for each in ("ZoneA", "ZoneB") if parameters.get(each)]
        if unsuitable := [each for each in asked_for if each not in names]:
            return fails("Zones", f"{' and '.join(unsuitable)}: no Fargate, or no such zone", f"choose from {names}")
        if len(names) < 2:
            return fails(
                "Zones", f"{region} has {len(names)} zones with Fargate for this account", "choose another region"
            )
        return ok("Zones", " and ".join(asked_for or names[:2]))

    def _roles(self) -> Iterator[Finding]:
        subject = "Service roles"

        def look() -> Finding:
            absent = service_roles.missing(self._client("iam"))
            if absent:
                by_hand = "\n".join(map(service_roles.command, absent))
                return to_do(
                    subject, f"missing: {', '.join(absent)}; `make deploy` creates it if it has permission", by_hand
                )
            return ok(subject, ", ".join(service_roles.NEEDED))

        yield asked(subject, look)


def cloudfront(client: Any) -> Finding:
    """Whether the account may make distributions, which only an account that has one is known to."""
    subject = "CloudFront"
    if client.list_distributions(MaxItems="1")["DistributionList"]["Quantity"]:
        return ok(subject, "this account has distributions")
    seen = "AWS must verify some new accounts before their first distribution; no API call shows whether"
    return unknown(
        subject,
        seen,
        'On "your account must be verified": open a support case (Account and billing), then deploy again',
    )


def domain(route53: Any, parameters: Mapping[str, str]) -> Finding:
    """Whether the domain lies in its hosted zone, which the certificate is validated by."""
    subject, name, zone_id = "Domain", parameters["DomainName"], parameters.get("HostedZoneId", "")
    listing = "aws route53 list-hosted-zones --query 'HostedZones[].[Id,Name]'"
    if not zone_id:
        return fails(subject, f"{name} has no HostedZoneId", listing)
    try:
        found = route53.get_hosted_zone(Id=zone_id)["HostedZone"]
    except route53.exceptions.NoSuchHostedZone:
        return fails(subject, f"there is no hosted zone {zone_id}", listing)
    apex = found["Name"].rstrip(".")
    if found.get("Config", {}).get("PrivateZone"):
        return fails(subject, f"{zone_id} is private; validating a certificate needs a public zone", listing)
    if name != apex and not name.endswith(f".{apex}"):
        return fails(subject, f"{zone_id} is the zone of {apex}; {name} is not in it", listing)
    return ok(subject, f"{name} is in the zone of {apex}")


def defaults() -> dict[str, str]:
    """The root template's own values."""
    found = templates.load(REPOSITORY / "template.yaml")["Parameters"]
    return {name: str(each["Default"]) for name, each in found.items() if "Default" in each}


def largest_function(parameters: Mapping[str, str]) -> int:
    """Memory of the largest function, in MB."""
    found = templates.load(REPOSITORY / "template.yaml")["Resources"].values()
    sizes = (each["Properties"].get("MemorySize", 0) for each in found if each["Type"].endswith("::Function"))
    known = defaults() | dict(parameters)
    return max(int(known[size["Ref"]] if isinstance(size, dict) else size) for size in sizes)


def is_ready(found: list[Finding]) -> bool:
    """Whether nothing is known that would make a deployment fail."""
    return all(each.verdict is not Verdict.FAILS for each in found)


def main(arguments: list[str]) -> int:
    """Look; the exit code."""
    parser = argparse.ArgumentParser(prog="make preflight", description="Check whether an account is ready.")
    parser.add_argument("--config-env", default="default", help="environment in samconfig.toml")
    parser.add_argument("parameters", nargs="*", help="NAME=value, as for make deploy")
    given = parser.parse_args(arguments)
    try:
        at = target(given.config_env, (REPOSITORY / "samconfig.toml").read_text())
        wanted = {**at.parameters, **assignments(given.parameters)}
        found = list(Preflight(boto3.Session(region_name=at.region), at.stack, wanted).run())
    except (BotoCoreError, ClientError, ValueError) as error:
        print(f"make preflight: {error}", file=sys.stderr)
        return 1
    print(table(found))
    return 0 if is_ready(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
