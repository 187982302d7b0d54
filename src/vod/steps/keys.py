"""API keys, made, listed and revoked by the people for whom programs use them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vod import clock
from vod.access import api_key
from vod.access.api_key import ApiKey
from vod.access.caller import Caller
from vod.access.scopes import Scope
from vod.errors import Conflict, Forbidden, NotFound
from vod.frozen import Document
from vod.ports.identities import ApiKeys

MOST = 50
"""Keys of one owner."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Everything the step needs."""

    keys: ApiKeys
    now: Callable[[], datetime] = clock.now

    def create(self, caller: Caller, name: str, scopes: tuple[Scope, ...], days: int | None) -> tuple[Document, str]:
        """A new key, good for so many days (None: until it is revoked). The second is shown this once."""
        if len(self.keys.of(caller.id)) >= MOST:
            raise Conflict("too_many_keys", f"You have {MOST} API keys already. Revoke one first.")
        key_id, shown, digest = api_key.new()
        now = self.now()
        ends = clock.stamp(now + timedelta(days=days)) if days else None
        made = ApiKey(key_id, digest, caller.id, name, tuple(sorted(set(scopes))), clock.stamp(now), ends)
        self.keys.put(made)
        return _shown(made), shown

    def list(self, caller: Caller, owner: str | None = None) -> list[Document]:
        """A caller's keys, or for an admin those of another owner, oldest first."""
        if not caller.owns(owner or caller.id):
            raise Forbidden("Only an administrator lists the keys of others.")
        return [_shown(found) for found in self.keys.of(owner or caller.id)]

    def revoke(self, caller: Caller, key_id: str) -> None:
        """End a key within a minute; fine when it was revoked before. An admin may end anybody's."""
        found = self.keys.get(key_id)
        if found and not caller.owns(found.owner):
            raise NotFound("API key", "List yours with GET /keys.")
        self.keys.remove(key_id)


def _shown(key: ApiKey) -> Document:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "lastUsedAt": key.used_at,
    }
