"""Parameters that a deployed platform keeps for good, and why AWS would refuse another value half way."""

from collections.abc import Iterator, Mapping

from deployment.stack import Stack

REASONS = {
    "VpcCidr": "the mount targets of EFS stand in one VPC at a time, and a VPC's range is changed by another VPC",
    "ZoneA": "another zone is another subnet, whose mount target and tasks are in the old one",
    "ZoneB": "another zone is another subnet, whose mount target and tasks are in the old one",
    "SignInWith": "Cognito lets nobody change what the users of a pool are called",
    "NamePrefix": "the state machine is found by its name while videos are being encoded",
}


def changes(there: Stack, given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each given value that differs from what a deployed stack has."""
    if not there.parameters:
        return
    for name, reason in REASONS.items():
        if name in given and given[name] != (now := value(there, name)):
            yield f"{name} stays {now or 'as it is'}: {reason}. Another value needs another stack."


def value(there: Stack, name: str) -> str:
    """What a stack has, also where it was not told: zones stand in its outputs, and before 0.2 users had names."""
    zones = dict(zip(("ZoneA", "ZoneB"), there.outputs.get("Zones", "").split(","), strict=False))
    return there.parameters.get(name) or {"SignInWith": "username", **zones}.get(name, "")


def require_same(there: Stack, given: Mapping[str, str]) -> None:
    """ValueError names what cannot change."""
    if found := list(changes(there, given)):
        raise ValueError("; ".join(found))
