"""A share: a link that lets people without an account watch one video until it expires or is revoked."""

import hashlib
import re
import secrets
from dataclasses import dataclass

_TOKEN = re.compile(r"([0-9a-f]{20})[\w-]{43}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Share:
    """What is stored of a link: `id` is the SHA-256 of its token, never the token. `expires_at` in Unix seconds.

    `sites` are those that may embed the video or play it in a player of their own; none for all that the platform lets.
    """

    id: str
    video_id: str
    created_at: str
    expires_at: int
    is_revoked: bool = False
    sites: tuple[str, ...] = ()

    def opens(self, seconds: float) -> bool:
        """Whether the link works at a time in Unix seconds."""
        return not self.is_revoked and seconds < self.expires_at


def new_token(video_id: str) -> str:
    """A token for a link: the video's id, so that the record is found, and 256 random bits."""
    return video_id + secrets.token_urlsafe(32)


def id_of(token: str) -> str:
    """The id of the share that a token belongs to."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_id(text: str) -> bool:
    """Whether a text can be a share's id."""
    return _ID.fullmatch(text) is not None


def video_id_of(token: str) -> str | None:
    """The id of the video that a token is for; None for what is no token."""
    match = _TOKEN.fullmatch(token)
    return match.group(1) if match else None
