"""API keys: how programs prove for whom they call. Only the SHA-256 of a key is stored, never the key."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from vod.access.scopes import Scope

PREFIX = "vod_"
"""So that scanners of code find keys, and people know what they have found."""
_KEY = re.compile(r"vod_([0-9a-f]{16})_[\w-]{43}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is stored of a key. Times are ISO 8601 (UTC); `expires_at` is None where it does not expire.

    `used_at` is right to some minutes.
    """

    id: str
    digest: str
    owner: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: str
    expires_at: str | None = None
    used_at: str | None = None


def new() -> tuple[str, str, str]:
    """The id of a new key, the key itself with 256 random bits, and its digest."""
    key_id = secrets.token_hex(8)
    key = f"{PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
    return key_id, key, digest(key)


def digest(key: str) -> str:
    """What is stored of a key. It is as random as its digest is long, so that no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def id_of(key: str) -> str | None:
    """The id in a key; None for what is no key."""
    match = _KEY.fullmatch(key)
    return match.group(1) if match else None


def is_id(text: str) -> bool:
    """Whether a text can be a key's id."""
    return _ID.fullmatch(text) is not None
