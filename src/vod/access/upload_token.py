"""Upload tokens: with one, somebody without an account sends the file of one video, for an hour."""

import hashlib
import re
import secrets
from dataclasses import dataclass

_TOKEN = re.compile(r"vodu_[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class UploadToken:
    """What is stored of a token: `id` is its SHA-256. `expires_at` in Unix seconds."""

    id: str
    video_id: str
    owner: str
    expires_at: int


def new() -> tuple[str, str]:
    """The id of a new token, and the token itself with 256 random bits."""
    token = "vodu_" + secrets.token_urlsafe(32)
    return _digest(token), token


def id_of(token: str) -> str | None:
    """The id of a token; None for what is none."""
    return _digest(token) if _TOKEN.fullmatch(token) else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
