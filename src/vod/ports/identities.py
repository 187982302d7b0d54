"""How it is proven who calls; `vod.aws` provides it on AWS, tests provide it in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from vod.access.api_key import ApiKey
from vod.access.upload_token import UploadToken


class IdTokens(Protocol):
    """The tokens of the user pool."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """What an id token says, its signature and its time checked; TokenExpired or TokenInvalid otherwise."""


class ApiKeys(Protocol):
    """The API keys of all owners."""

    def put(self, key: ApiKey) -> None:
        """Store a new key."""

    def get(self, key_id: str) -> ApiKey | None:
        """A key, also one that has expired; None when there is none, or it was revoked."""

    def of(self, owner: str) -> tuple[ApiKey, ...]:
        """All keys of an owner, oldest first; a change shows after a moment."""

    def remove(self, key_id: str) -> None:
        """Revoke a key; fine when there is none."""

    def used(self, key_id: str, moment: str) -> None:
        """Note that a key was used (ISO 8601); nothing where it is revoked by now."""


class UploadTokens(Protocol):
    """The tokens that open one upload each."""

    def put(self, token: UploadToken) -> None:
        """Store a new token."""

    def get(self, token_id: str) -> UploadToken | None:
        """A token, also one that has expired; None when there is none."""


class RequestRates(Protocol):
    """How often each API key is used."""

    def count(self, key_id: str, moment: datetime) -> int:
        """Count a request; how many there were in this minute, this one included. 0 when nobody can tell now."""
