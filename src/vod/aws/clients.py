"""boto3 clients with the platform's settings."""

from typing import Any

import boto3
from botocore.config import Config

# adaptive: throttled calls slow the caller down instead of failing it.
_CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 8}, connect_timeout=5, read_timeout=60)
_S3_READ_SECONDS = 20
"""S3 begins to answer soon, also where the work takes minutes; a body that hangs longer is asked for again."""


def patient(service: str, **settings: Any) -> Config:
    """The settings of a client of a service."""
    patience = {"read_timeout": _S3_READ_SECONDS} if service == "s3" else {}
    return _CONFIG.merge(Config(**patience | settings))


def client(service: str, **settings: Any) -> Any:
    """A client of an AWS service in the function's or task's own region and role."""
    return boto3.client(service, config=patient(service, **settings))  # type: ignore[call-overload]
