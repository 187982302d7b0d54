"""Cognito's OAuth endpoints, asked as the page's client, whose secret no browser knows."""

import json
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, NamedTuple

import urllib3

from vod.errors import Unauthorized, Unavailable
from vod.ports.sign_in import Tokens

logger = logging.getLogger(__name__)
_TIMEOUT = urllib3.Timeout(connect=5, read=10)
_REFUSED = frozenset(("invalid_grant",))
"""RFC 6749: the code or refresh token is wrong, used, expired or revoked."""
_NO_SESSION = _REFUSED | {"invalid_request", "unsupported_token_type"}
"""The same of a token that is to be revoked (RFC 7009, and Cognito's own answers)."""


class PageClient(NamedTuple):
    """The page's client in the user pool."""

    id: str
    secret: str


def page_client(ssm: Any, cognito: Any, parameter: str, pool_id: str) -> PageClient:
    """The client whose id stands in a parameter."""
    client_id = str(ssm.get_parameter(Name=parameter)["Parameter"]["Value"])
    described = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]
    return PageClient(client_id, str(described["ClientSecret"]))


class HostedLogin:
    """The endpoints below an address; nothing that is sent or answered is logged."""

    def __init__(self, url: str, client: Callable[[], PageClient]) -> None:
        self._url = url
        self._client = client
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        return self._tokens(
            grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=redirect_uri
        )

    def refresh(self, refresh_token: str) -> Tokens:
        return self._tokens(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, refresh_token: str) -> None:
        with suppress(Unauthorized):  # a session that is over already
            self._ask("revoke", {"token": refresh_token}, _NO_SESSION)

    def _tokens(self, **fields: str) -> Tokens:
        answer = json.loads(self._ask("token", fields, _REFUSED))
        return Tokens(str(answer["id_token"]), answer.get("refresh_token"))

    def _ask(self, endpoint: str, fields: dict[str, str], refusals: Collection[str]) -> bytes:
        headers = urllib3.make_headers(basic_auth=":".join(self._client()))
        address = f"{self._url}/oauth2/{endpoint}"
        try:
            answer = self._pool.request(
                "POST", address, fields=fields, headers=headers, encode_multipart=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as failed:
            logger.warning("the sign-in service does not answer: %s", type(failed).__name__)
            raise _unavailable() from None
        if answer.status == 200:
            return answer.data
        if (error := _error(answer.data)) in refusals:
            raise Unauthorized("Your sign-in has expired. Sign in again.")
        logger.warning("the sign-in service answered %d %s", answer.status, error)
        raise _unavailable()


def _error(body: bytes) -> str:
    """The code of an OAuth error (RFC 6749, 5.2)."""
    try:
        return str(json.loads(body).get("error", ""))[:40]
    except (ValueError, AttributeError):
        return ""


def _unavailable() -> Unavailable:
    return Unavailable("sign_in_unavailable", "The sign-in service does not answer. Try again in a minute.")
