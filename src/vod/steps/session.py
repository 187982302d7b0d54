"""Session: a signed-in browser, whose scripts get id tokens; its refresh token is in a cookie that they cannot read."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from vod.errors import Forbidden, RequestError, Unauthorized
from vod.ports.sign_in import SignIn, Tokens

SIGNED_IN = "/signed-in"
"""Where the sign-in page sends people back to, on the public host."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Everything the step needs; `public_url` tells the page's address.

    `origin` is what the browser says of the page that asks, empty where nobody says anything: another site must neither
    sign somebody in as somebody else nor sign anybody out.
    """

    sign_in: SignIn
    public_url: Callable[[], str]

    def open(self, code: str, verifier: str, origin: str, earlier: str) -> Tokens:
        """The tokens of who has just signed in; the browser forgets the `earlier` refresh token, so nobody else may
        use it on. Empty where there was none."""
        self._require_own(origin)
        tokens = self.sign_in.exchange(code, verifier, self.public_url() + SIGNED_IN)
        if earlier:
            with suppress(RequestError):  # the adapter logs it; a sign-in succeeds all the same
                self.sign_in.revoke(earlier)
        return tokens

    def renew(self, refresh_token: str, origin: str) -> str:
        """A new id token."""
        self._require_own(origin)
        if not refresh_token:
            raise Unauthorized("You are signed out. Sign in again.")
        return self.sign_in.refresh(refresh_token).id_token

    def close(self, refresh_token: str, origin: str) -> None:
        """End the session; fine where there is none."""
        self._require_own(origin)
        if refresh_token:
            self.sign_in.revoke(refresh_token)

    @property
    def is_encrypted(self) -> bool:
        """Whether browsers reach the platform by https."""
        return self.public_url().startswith("https:")

    def _require_own(self, origin: str) -> None:
        if origin and origin != self.public_url().lower():
            raise Forbidden("Sessions belong to the platform's own page. Open the page and sign in there.")
