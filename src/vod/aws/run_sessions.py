"""Sessions of the role of runs, in STS."""

import json
from typing import Any

from vod import clock
from vod.frozen import Document
from vod.ports.credentials import Credentials

SESSION_SECONDS = 900
"""AWS's least: what somebody took from a task is soon worthless."""


class StsRunSessions:
    """Assumes one role, each time with a session policy."""

    def __init__(self, client: Any, role_arn: str) -> None:
        self._client = client
        self._role_arn = role_arn

    def begin(self, name: str, policy: Document) -> Credentials:
        given = self._client.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=name,
            DurationSeconds=SESSION_SECONDS,
            Policy=json.dumps(policy, separators=(",", ":")),
        )["Credentials"]
        return Credentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], clock.stamp(given["Expiration"])
        )
