"""Id tokens of a Cognito user pool (JWT, RFC 7519), checked with the pool's public keys.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import logging
from collections.abc import Mapping
from typing import Any

import jwt
from jwt import PyJWKClient
from jwt.exceptions import ExpiredSignatureError, InvalidTokenError, PyJWKClientConnectionError, PyJWKClientError

from vod.errors import TokenExpired, TokenInvalid

logger = logging.getLogger(__name__)
_LEAST = ("exp", "iat", "iss", "sub")
_LEEWAY_SECONDS = 5
"""Clocks differ; functions look at the end of a token themselves."""
_KEYS_SECONDS = 3600
"""Cognito's keys change seldom; one that is not known is asked for at once."""


class CognitoIdTokens:
    """The tokens of one pool; `issuer` as its tokens name it, `keys` the address of its public keys."""

    def __init__(self, issuer: str, keys: str) -> None:
        self._issuer = issuer
        self._keys = PyJWKClient(keys, lifespan=_KEYS_SECONDS, timeout=5)

    def claims(self, token: str) -> Mapping[str, Any]:
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            said = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_LEAST), "verify_aud": False},  # any client of the pool may have asked for it
            )
        except ExpiredSignatureError:
            raise TokenExpired(is_key=False) from None
        except PyJWKClientConnectionError:
            raise  # not the caller's fault
        except (InvalidTokenError, PyJWKClientError) as refused:
            logger.info("a token is refused: %s", type(refused).__name__)
            raise TokenInvalid("This is no token of this platform.") from None
        if said.get("token_use") != "id":
            raise TokenInvalid("This is an access token.")
        return said
