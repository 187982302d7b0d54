"""What stands around a deployment of the platform's stack, whoever deploys it: SAM by `make deploy`, or a pipeline.

Before it the zones and a name that is short enough, the key pair and the service-linked roles where there are none,
and the edge where it stands apart; after it the page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment import EDGE_REGION, REPOSITORY, naming, page, places, playback_key, service_roles, stack, unchangeable
from deployment import zones as zone
from deployment.edge import Edge, is_apart
from deployment.stack import Stack

PROFILES = REPOSITORY / "src/vod/profiles"
ARCHITECTURE = "Architecture"
SIGN_IN = "SignInWith"
Deploy = Callable[[Mapping[str, str], str], None]
"""Deploys with parameters, and packages for a processor."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What stands around a deployment by whoever; tests and pipelines give a session and their own way to deploy.

    `role` is CloudFormation's for the edge stack, if it is not to act with the session's own rights.
    """

    session: Any
    stack: str
    given: Mapping[str, str]
    say: Callable[[str], None] = print
    role: str = ""

    def run(self, deploy: Deploy, folder: Path | None) -> str:
        """Bring the stack up to date, then the page of a folder; the platform's address."""
        parameters = self.prepare()
        deploy(parameters, self._known(parameters).get(ARCHITECTURE, "arm64"))
        return self.finish(parameters, folder)

    def prepare(self) -> dict[str, str]:
        """Make what the stack needs beforehand; the parameters to deploy it with, others stay as they are.

        ValueError, before anything is made, for a place or a change that AWS would refuse half way.
        """
        there = stack.read(self._cloudformation(), self.stack)
        if refusal := places.refusal(self.session):
            raise ValueError(refusal)
        unchangeable.require_same(there, self.given)
        parameters = {**_kept_pool(there), **self._first(there), **self.given}
        for made in service_roles.ensured(self.session.client("iam")):
            self.say(made)
        parameters |= self._key(self._known(parameters))
        if is_apart(self.session.region_name):
            self.say(f"deploying certificate and firewall to {EDGE_REGION} (a new certificate takes minutes)")
            parameters |= self._edge(self._known(parameters)).before()
        return parameters

    def finish(self, parameters: Mapping[str, str], folder: Path | None) -> str:
        """Once the stack is deployed: the rest of the edge, and the page of a folder; the platform's address."""
        made = stack.read(self._cloudformation(), self.stack)
        if not made.has(parameters):
            raise ValueError("nothing was deployed: the change set was not executed")
        if is_apart(self.session.region_name):
            self._edge(made.parameters).after()
        if folder:
            count = page.publish(self.session.client("s3"), folder, made, PROFILES)
            self.say(f"uploaded the page: {count} files")
        return made.outputs["PublicUrl"]

    def _known(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """The stack's own values, and these."""
        return {**stack.read(self._cloudformation(), self.stack).parameters, **parameters}

    def _first(self, there: Stack) -> dict[str, str]:
        """What only a stack that is not there yet is given: a short name and zones, unless somebody chose zones."""
        if there.parameters:
            return {}
        short = naming.prefix(self.stack)
        if self.given.get("ZoneA") or self.given.get("ZoneB"):
            return short
        region = self.session.region_name
        offered = zone.offered(self.session.client("ec2"))
        return {**short, **(zone.chosen(region, offered) if offered else {})}

    def _edge(self, wanted: Mapping[str, str]) -> Edge:
        return Edge(self._cloudformation(EDGE_REGION), self.stack, self.session.region_name, wanted, self.role)

    def _cloudformation(self, region: str | None = None) -> Any:
        return self.session.client("cloudformation", region_name=region)

    def _key(self, known: Mapping[str, str]) -> dict[str, str]:
        """The parameter of a new key pair, for a private platform that has none."""
        has_key = known.get("PlaybackPublicKey") or known.get("OtherPlaybackPublicKey")
        if has_key or known.get("PlaybackAccess", "private") != "private":
            return {}
        self.say("creating a key pair for private playback in Secrets Manager")
        pem = playback_key.ensured(self.session.client("secretsmanager"), self.stack)
        return {"PlaybackPublicKey": playback_key.public_half(pem)}


def _kept_pool(there: Stack) -> dict[str, str]:
    """A stack of before 0.2 has a pool of names, which Cognito does not let become one of addresses."""
    return {SIGN_IN: "username"} if there.parameters and SIGN_IN not in there.parameters else {}
