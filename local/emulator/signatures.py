"""CloudFront's check of signed addresses and cookies, written from its documentation, not from the code that signs."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

NAMES = ("Policy", "Signature", "Key-Pair-Id")


class Refused(Exception):
    """The request is not let in; `code` is CloudFront's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check(address: str, query: str, cookies: str, keys: Mapping[str, str], now: float | None = None) -> None:
    """Raise Refused unless a request's query, or else its cookies, hold a policy signed for it by one of `keys`.

    `address` is the viewer's own without the query; `keys` are PEM texts by id.
    """
    policy, signature, key_id = _given(query, cookies)
    if key_id not in keys:
        raise Refused("InvalidKey", "Unknown Key")
    raw = _decoded(policy)
    _verify(keys[key_id], _decoded(signature), raw)
    for statement in _statements(raw):
        _check_statement(statement, address + _rest(query), time.time() if now is None else now)


def _given(query: str, cookies: str) -> list[str]:
    """A signed address decides alone, whatever the cookies say."""
    named = dict(parse_qsl(query))
    if "Key-Pair-Id" not in named:
        try:
            named = {name.removeprefix("CloudFront-"): morsel.value for name, morsel in SimpleCookie(cookies).items()}
        except CookieError:
            named = {}
    for name in ("Key-Pair-Id", "Policy", "Signature"):
        if not named.get(name):
            raise Refused(f"Missing{name.replace('-Pair-Id', '')}", f"Missing {name} query parameter or cookie value")
    return [named[name] for name in NAMES]


def _rest(query: str) -> str:
    """The query that the policy's resource must cover: without the signature itself."""
    rest = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in NAMES]
    return "?" + urlencode(rest) if rest else ""


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "=").replace("~", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("AccessDenied", "Access denied") from None


def _verify(pem: str, signature: bytes, message: bytes) -> None:
    key: Any = serialization.load_pem_public_key(pem.encode())
    sha1 = hashes.SHA1()  # noqa: S303 - what CloudFront takes unless Hash-Algorithm is given
    way = (ec.ECDSA(sha1),) if isinstance(key, ec.EllipticCurvePublicKey) else (padding.PKCS1v15(), sha1)
    try:
        key.verify(signature, message, *way)
    except InvalidSignature:
        raise Refused("AccessDenied", "Access denied") from None


def _statements(raw: bytes) -> list[dict[str, Any]]:
    try:
        return list(json.loads(raw)["Statement"])
    except (ValueError, KeyError, TypeError):
        raise Refused("MalformedPolicy", "Malformed Policy") from None


def _check_statement(statement: dict[str, Any], address: str, now: float) -> None:
    # Only * and ? are wildcards there.
    pattern = str(statement["Resource"]).replace("[", "[[]")
    ends = float(statement["Condition"]["DateLessThan"]["AWS:EpochTime"])
    if not fnmatchcase(address, pattern) or now >= ends:
        raise Refused("AccessDenied", "Access denied")
