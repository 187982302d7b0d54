"""The sign-in page's other side: what turns the proof of a sign-in into tokens."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tokens:
    """`id_token` opens the API until it expires; `refresh_token` gives new ones, and comes with a sign-in only."""

    id_token: str
    refresh_token: str | None = None


class SignIn(Protocol):
    """The user pool's OAuth endpoints. Unauthorized where a proof is not accepted, Unavailable without an answer."""

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for a code that the sign-in page sent to this address, with the PKCE verifier (RFC 7636)."""

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a session."""

    def revoke(self, refresh_token: str) -> None:
        """End a session: its refresh token gives nothing from now on (RFC 7009)."""
