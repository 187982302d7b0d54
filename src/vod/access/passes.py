"""Who may fetch what until when, as CloudFront's custom policies say it: in the query of an address or in cookies.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_BASE64, _CLOUDFRONT = b"+=/", b"-_~"
_NAMES = ("Policy", "Signature", "Key-Pair-Id")
_API_NAMES = ("policy", "sign", "key")
"""API Gateway takes a query with `Signature` for a request that AWS itself should verify."""


class Key(Protocol):
    """What signs and verifies."""

    @property
    def id(self) -> str:
        """Under which id CloudFront knows it."""

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""

    def verifies(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether the signature is that of the key of an id, and the CDN accepts that key too."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A signed policy, each value fit for an address and for a cookie."""

    policy: str
    signature: str
    key_id: str

    @property
    def query(self) -> str:
        """The query of an address that the CDN checks."""
        return "&".join(f"{name}={value}" for name, value in self._named(_NAMES).items())

    @property
    def api_query(self) -> str:
        """The query of an address that the API checks."""
        return "&".join(f"{name}={value}" for name, value in self._named(_API_NAMES).items())

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies by name."""
        return {f"CloudFront-{name}": value for name, value in self._named(_NAMES).items()}

    def _named(self, names: tuple[str, str, str]) -> dict[str, str]:
        return dict(zip(names, (self.policy, self.signature, self.key_id), strict=True))


def issue(key: Key, resource: str, until: datetime) -> Pass:
    """A pass to every address that `resource` names (`*` stands for any text) before a moment."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(until.timestamp())}}
    policy = json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":")).encode()
    return Pass(encode(policy), encode(key.sign(policy)), key.id)


def admits(key: Key, given: Pass, address: str, now: datetime) -> bool:
    """Whether what somebody gave is a pass to an address, now; only what `issue` makes is understood.

    While keys are exchanged the passes of the one before stay good.
    """
    try:
        raw, signed = decode(given.policy), decode(given.signature)
    except ValueError:
        return False
    return key.verifies(given.key_id, raw, signed) and _covers(json.loads(raw), address, now)


def _covers(policy: dict[str, list[dict[str, object]]], address: str, now: datetime) -> bool:
    (statement,) = policy["Statement"]
    ends = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]  # type: ignore[index]
    return address.startswith(str(statement["Resource"]).removesuffix("*")) and now.timestamp() < float(ends)


def encode(raw: bytes) -> str:
    """Base64 in CloudFront's alphabet, which needs no escaping."""
    return base64.b64encode(raw).translate(bytes.maketrans(_BASE64, _CLOUDFRONT)).decode()


def decode(text: str) -> bytes:
    """What `encode` encoded; ValueError for anything else."""
    try:
        return base64.b64decode(text.encode().translate(bytes.maketrans(_CLOUDFRONT, _BASE64)), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
