"""Id tokens as Cognito signs them, checked with keys from an address as Cognito has it."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from vod.aws.id_tokens import CognitoIdTokens
from vod.errors import TokenExpired, TokenInvalid

ISSUER = "https://cognito.example/pool"
KEY, STRANGER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
Claims = dict[str, Any]


@pytest.fixture(scope="module")
def pool() -> Iterator[CognitoIdTokens]:
    public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "use": "sig", "alg": "RS256"}

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [public]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield CognitoIdTokens(ISSUER, f"http://127.0.0.1:{server.server_port}/pool/.well-known/jwks.json")
        server.shutdown()


def token(key: Any = KEY, kid: str = "k1", algorithm: str = "RS256", **changed: Any) -> str:
    now = int(time.time())
    said: Claims = {"sub": "ann", "iss": ISSUER, "aud": "any client", "token_use": "id", "iat": now, "exp": now + 60}
    kept = {name: value for name, value in {**said, **changed}.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": kid})


def test_a_good_token_tells_its_claims(pool: CognitoIdTokens) -> None:
    claims = pool.claims(token(**{"cognito:groups": ["admin"]}))

    assert (claims["sub"], claims["cognito:groups"]) == ("ann", ["admin"])


def test_an_old_one_is_told_from_a_wrong_one(pool: CognitoIdTokens) -> None:
    with pytest.raises(TokenExpired):
        pool.claims(token(exp=int(time.time()) - 60))


WRONG = {
    "a stranger's signature": lambda: token(STRANGER),
    "a key that the pool has not": lambda: token(kid="k2"),
    "another pool": lambda: token(iss="https://cognito.example/other"),
    "an access token": lambda: token(token_use="access"),
    "no end": lambda: token(exp=None),
    "nobody": lambda: token(sub=None),
    "from tomorrow": lambda: token(iat=int(time.time()) + 86400),
    "no signature": lambda: token("", algorithm="none"),
    "our public key as a secret": lambda: token("public key" * 5, algorithm="HS256"),
    "no JSON": lambda: "a.b.c",
    "changed": lambda: token()[:-4] + "AAAA",
    "an old one of a stranger": lambda: token(STRANGER, exp=1),
}


@pytest.mark.parametrize("made", WRONG.values(), ids=WRONG)
def test_a_wrong_one_is_refused(pool: CognitoIdTokens, made: Any) -> None:
    with pytest.raises(TokenInvalid):
        pool.claims(made())


def test_where_the_keys_are_not_to_be_had_it_is_not_the_token_that_is_wrong() -> None:
    with pytest.raises(Exception, match="Fail") as failed:
        CognitoIdTokens(ISSUER, "http://127.0.0.1:9/pool/.well-known/jwks.json").claims(token())
    assert not isinstance(failed.value, TokenInvalid)
