"""Clients of the emulator's services with the account's own key."""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
KEY = SECRET = "test"  # noqa: S105 - the emulator's root key, good on this machine only


@dataclass(slots=True)
class Clients:
    """boto3 clients by attribute: `clients.s3`, `clients.cognito_idp`, `clients.lambda_`; each made once."""

    endpoint: str
    _session: Any = field(init=False, repr=False)
    _made: dict[str, Any] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Start with no client made."""
        self._session = boto3.Session(aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name=REGION)

    def __getattr__(self, name: str) -> Any:
        """The client of the service called `name`."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._made:
            self._made[name] = self._session.client(
                name.rstrip("_").replace("_", "-"),
                endpoint_url=self.endpoint,
                config=Config(retries={"max_attempts": 2}, connect_timeout=5, s3={"addressing_style": "path"}),
            )
        return self._made[name]
