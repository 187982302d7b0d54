"""Certificate and firewall of a platform outside us-east-1: a stack of their own there, before and after the main one.

Before, because the distribution is given their ARNs; after, because AWS removes nothing that a distribution still uses.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment import EDGE_REGION, naming, stack
from deployment.stack import Values

TEMPLATE = Path(__file__).parents[1] / "stacks" / "cdn" / "edge.yaml"
PARAMETERS = ("DomainName", "HostedZoneId", "Firewall", "RequestsPerFiveMinutes", "LogsRetentionInDays")
DEFAULTS = {"DomainName": "", "Firewall": "enabled"}


def is_apart(region: str) -> bool:
    """Whether the main stack cannot nest the edge stack itself."""
    return region != EDGE_REGION


@dataclass(frozen=True, slots=True)
class Edge:
    """The edge stack of `main` in a region, by a CloudFormation client in us-east-1; `wanted` are main's parameters.

    CloudFormation acts with `role` if one is given.
    """

    client: Any
    main: str
    region: str
    wanted: Values
    role: str = ""

    @property
    def name(self) -> str:
        """The edge stack's own."""
        end = f"-{self.region}-edge"
        return naming.shortened(self.main, naming.LONGEST_STACK - len(end)) + end

    def before(self) -> dict[str, str]:
        """Make what is wanted beside what there is; the parameters that the main stack gets for it.

        ValueError when one domain should become another: the old certificate is still in use then.
        """
        there = stack.read(self.client, self.name).parameters
        if there.get("DomainName") and self._says("DomainName") not in ("", there["DomainName"]):
            raise ValueError(
                "here a domain is changed in two steps: deploy DomainName= HostedZoneId= first, then the new domain"
            )
        outputs = self._bring(self._kept(there))
        has_firewall, has_domain = self._says("Firewall") == "enabled", bool(self._says("DomainName"))
        return {
            "EdgeWebAclArn": outputs.get("WebAclArn", "") if has_firewall else "",
            "EdgeCertificateArn": outputs.get("CertificateArn", "") if has_domain else "",
        }

    def after(self) -> None:
        """Remove what the main stack no longer uses."""
        self._bring(self._asked())

    def _says(self, name: str) -> str:
        return self.wanted.get(name, DEFAULTS.get(name, ""))

    def _asked(self) -> dict[str, str]:
        return {name: self.wanted[name] for name in PARAMETERS if name in self.wanted}

    def _kept(self, there: Values) -> dict[str, str]:
        asked = self._asked()
        if there.get("Firewall") == "enabled":
            asked["Firewall"] = "enabled"
        if there.get("DomainName") and not asked.get("DomainName"):
            asked |= {name: there[name] for name in ("DomainName", "HostedZoneId")}
        return asked

    def _bring(self, parameters: Values) -> Values:
        return stack.bring(self.client, self.name, TEMPLATE.read_text(), parameters, self.role)
