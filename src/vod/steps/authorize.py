"""Authorize: who shows an id token, an API key or an upload token, asked by the API before any of its functions."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vod import clock
from vod.access import api_key, upload_token
from vod.access.caller import ADMIN_GROUP, Caller
from vod.access.scopes import Scope
from vod.errors import TokenExpired, TokenInvalid
from vod.ports.identities import ApiKeys, IdTokens, UploadTokens

NOTED = timedelta(minutes=10)
"""The last use of a key is written no more often."""
Known = tuple[Caller, int]
"""A caller, and until when, in Unix seconds; 0 for ever."""


@dataclass(frozen=True, slots=True)
class Authorizing:
    """Everything the step needs."""

    tokens: IdTokens
    keys: ApiKeys
    uploads: UploadTokens
    now: Callable[[], datetime] = clock.now

    def identify(self, header: str) -> Known:
        """Who sent this Authorization header; TokenExpired or TokenInvalid when nobody may be let in."""
        shown = _token(header)
        if key_id := api_key.id_of(shown):
            return self._of_key(key_id, shown)
        if token_id := upload_token.id_of(shown):
            return self._of_upload(token_id)
        if shown.count(".") != 2:
            raise TokenInvalid("This is no token.")
        return _of_user(self.tokens.claims(shown))

    def _of_key(self, key_id: str, shown: str) -> Known:
        key = self.keys.get(key_id)
        if key is None or not hmac.compare_digest(key.digest, api_key.digest(shown)):
            raise TokenInvalid("There is no such API key, or it was revoked.")
        now = self.now()
        if key.expires_at and clock.parse(key.expires_at) <= now:
            raise TokenExpired(is_key=True)
        if not key.used_at or clock.parse(key.used_at) + NOTED <= now:
            self.keys.used(key.id, clock.stamp(now))
        until = int(clock.parse(key.expires_at).timestamp()) if key.expires_at else 0
        return Caller(key.owner, scopes=frozenset(key.scopes), key=key.id), until

    def _of_upload(self, token_id: str) -> Known:
        token = self.uploads.get(token_id)
        if token is None:
            raise TokenInvalid("There is no such upload token.")
        if token.expires_at <= self.now().timestamp():
            raise TokenExpired(is_key=False)
        return Caller(token.owner, scopes=frozenset((Scope.UPLOAD,)), upload_of=token.video_id), token.expires_at


def _token(header: str) -> str:
    """The token with or without the word before it, in any case (RFC 9110, 11.1)."""
    scheme, _, rest = header.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else header.strip()


def _of_user(claims: Mapping[str, Any]) -> Known:
    groups = claims.get("cognito:groups") or []
    return Caller(str(claims["sub"]), is_admin=ADMIN_GROUP in groups), int(claims["exp"])
