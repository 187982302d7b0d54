"""Parameters that a deployed platform keeps for good, and why AWS would refuse another value half way."""

from collections.abc import Iterator, Mapping

from deployment.stack import Stack

REASONS = {
    "VpcCidr": "a new range needs a new VPC, and EFS has mount targets in only one VPC at a time",
    "ZoneA": "a new zone needs a new subnet, and the mount target and tasks are in the old subnet",
    "ZoneB": "a new zone needs a new subnet, and the mount target and tasks are in the old subnet",
    "SignInWith": "Cognito cannot change how the users of a pool sign in",
    "NamePrefix": "running videos need the state machine under its current name",
}


def changes(there: Stack, given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each given value that differs from what a deployed stack has."""
    if not there.parameters:
        return
    for name, reason in REASONS.items():
        if name in given and given[name] != (now := value(there, name)):
            yield f"{name} stays {now or 'as it is'}: {reason}. A different value needs a new stack."


def value(there: Stack, name: str) -> str:
    """What a stack has, also where it was not told: zones stand in its outputs, and before 0.2 users had names."""
    zones = dict(zip(("ZoneA", "ZoneB"), there.outputs.get("Zones", "").split(","), strict=False))
    return there.parameters.get(name) or {"SignInWith": "username", **zones}.get(name, "")


def require_same(there: Stack, given: Mapping[str, str]) -> None:
    """ValueError names what cannot change."""
    if found := list(changes(there, given)):
        raise ValueError("; ".join(found))
