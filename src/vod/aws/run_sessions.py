"""Sessions of the role of runs, in STS."""

from collections.abc import Mapping
from typing import Any

from vod import clock
from vod.ports.credentials import Credentials

SESSION_SECONDS = 900
"""AWS's least: what somebody took from a task is soon worthless."""


class StsRunSessions:
    """Assumes one role, each time with tags."""

    def __init__(self, client: Any, role_arn: str) -> None:
        self._client = client
        self._role_arn = role_arn

    def begin(self, name: str, tags: Mapping[str, str]) -> Credentials:
        given = self._client.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=name,
            DurationSeconds=SESSION_SECONDS,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["Credentials"]
        return Credentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], clock.stamp(given["Expiration"])
        )
