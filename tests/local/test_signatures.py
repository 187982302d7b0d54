"""The emulator's check, written from CloudFront's documentation, agrees with what we sign."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from local.emulator import signatures
from local.emulator.signatures import Refused
from tests import samples
from tests.signing_keys import KEY, OTHER_KEY, new_rsa
from vod.access import passes
from vod.access.passes import Pass
from vod.access.signing import SigningKey

RESOURCE, ADDRESS = "https://cdn.example/videos/a/*", "https://cdn.example/videos/a/run/00000.m4s"
UNTIL = samples.NOW + timedelta(hours=1)
NOW = samples.NOW.timestamp()


def public(key: SigningKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def code(address: str, query: str = "", cookies: str = "", now: float = NOW, key: SigningKey = KEY) -> str:
    """Why a request is refused; empty when it is let in."""
    try:
        signatures.check(address, query, cookies, {key.id: public(key)}, now)
    except Refused as refused:
        return refused.code
    return ""


def cookies_of(given: Pass) -> str:
    return "theme=dark; " + "; ".join(f"{name}={value}" for name, value in given.cookies.items())


@pytest.fixture
def given() -> Pass:
    return passes.issue(KEY, RESOURCE, UNTIL)


@pytest.mark.parametrize("key", [KEY, SigningKey("K1RSA", new_rsa())], ids=["ecdsa", "rsa"])
def test_a_good_pass_opens_in_a_query_and_in_cookies(key: SigningKey) -> None:
    given = passes.issue(key, RESOURCE, UNTIL)

    assert code(ADDRESS, given.query, key=key) == code(ADDRESS, cookies=cookies_of(given), key=key) == ""


def test_without_a_pass_the_missing_part_is_named(given: Pass) -> None:
    assert code(ADDRESS) == "MissingKey"
    assert code(ADDRESS, f"Key-Pair-Id={KEY.id}") == "MissingPolicy"
    assert code(ADDRESS, f"Key-Pair-Id={KEY.id}&Policy={given.policy}") == "MissingSignature"


def test_a_query_decides_alone(given: Pass) -> None:
    bad = replace(given, signature=given.policy)

    assert code(ADDRESS, bad.query, cookies_of(given)) == "AccessDenied"


def test_what_is_changed_late_or_elsewhere_is_denied(given: Pass) -> None:
    assert code(ADDRESS, given.query, now=UNTIL.timestamp()) == "AccessDenied"
    assert code(ADDRESS.replace("/a/", "/b/"), given.query) == "AccessDenied"
    assert code(ADDRESS.replace("https", "http"), given.query) == "AccessDenied"
    assert code(ADDRESS, replace(given, policy=passes.encode(b"{}")).query) == "AccessDenied"
    assert code(ADDRESS, replace(given, signature="not base64!").query) == "AccessDenied"


def test_only_keys_of_the_group_count() -> None:
    foreign = passes.issue(OTHER_KEY, RESOURCE, UNTIL)

    assert code(ADDRESS, foreign.query) == "InvalidKey"
    assert code(ADDRESS, replace(foreign, key_id=KEY.id).query) == "AccessDenied"


def test_other_values_of_a_query_belong_to_the_address(given: Pass) -> None:
    exact = passes.issue(KEY, ADDRESS, UNTIL)

    assert code(ADDRESS, f"x=1&{given.query}") == ""
    assert code(ADDRESS, exact.query) == ""
    assert code(ADDRESS, f"x=1&{exact.query}") == "AccessDenied"
