from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeApiKeys, FakeUploadTokens
from vod import clock
from vod.access import api_key, upload_token
from vod.access.api_key import ApiKey
from vod.access.caller import Caller
from vod.access.scopes import Scope
from vod.access.upload_token import UploadToken
from vod.errors import Conflict, Forbidden, NotFound, TokenExpired, TokenInvalid
from vod.steps import keys
from vod.steps.authorize import Authorizing
from vod.steps.keys import Keeping

ANN, BOB, ROOT = Caller("ann"), Caller("bob"), Caller("root", is_admin=True)
LATER = int(samples.NOW.timestamp()) + 60


class FakeIdTokens:
    def claims(self, token: str) -> Mapping[str, Any]:
        groups = {"a.d.m": ["staff", "admin"], "c.o.m": ["x,admin"], "a.n.n": None}
        if token not in groups:
            raise TokenInvalid("No.")
        return {"sub": "ann", "exp": LATER} | ({"cognito:groups": groups[token]} if groups[token] else {})


@pytest.fixture
def step() -> Authorizing:
    return Authorizing(FakeIdTokens(), FakeApiKeys(), FakeUploadTokens(), lambda: samples.NOW)


@pytest.fixture
def keeping(step: Authorizing) -> Keeping:
    return Keeping(step.keys, lambda: samples.NOW)


@pytest.mark.parametrize("header", ["a.n.n", "Bearer a.n.n", "bearer  a.n.n ", "BEARER a.n.n"])
def test_a_user_has_all_scopes_until_the_token_ends(step: Authorizing, header: str) -> None:
    assert step.identify(header) == (ANN, LATER)


@pytest.mark.parametrize(("token", "is_admin"), [("a.d.m", True), ("c.o.m", False), ("a.n.n", False)])
def test_admins_are_known_by_their_group(step: Authorizing, token: str, is_admin: bool) -> None:
    assert step.identify(token)[0].is_admin == is_admin


@pytest.mark.parametrize("header", ["Bearer", "Basic YTpi", "vod_x_y", "a.b", "a.b.c.d", "x.x.x", "vodu_short", ""])
def test_anything_else_is_nobody(step: Authorizing, header: str) -> None:
    with pytest.raises(TokenInvalid):
        step.identify(header)


def test_a_key_acts_for_its_owner_within_its_scopes(step: Authorizing, keeping: Keeping) -> None:
    shown, secret = keeping.create(ROOT, "CI", (Scope.UPLOAD, Scope.READ), None)

    caller, until = step.identify(f"Bearer {secret}")

    assert (caller, until) == (Caller("root", False, frozenset((Scope.READ, Scope.UPLOAD)), shown["id"]), 0)
    assert secret not in str(step.keys)


def test_a_key_of_another_secret_or_none_is_refused(step: Authorizing, keeping: Keeping) -> None:
    shown, secret = keeping.create(ANN, "CI", (Scope.READ,), None)
    _, other, _ = api_key.new()
    forged = f"vod_{shown['id']}_{other.rpartition('_')[2][:43]:x<43}"

    for wrong in (other, forged, secret + "x"):
        with pytest.raises(TokenInvalid):
            step.identify(wrong)
    keeping.revoke(ANN, shown["id"])
    with pytest.raises(TokenInvalid, match="revoked"):
        step.identify(secret)


def test_a_key_ends_on_its_day(step: Authorizing, keeping: Keeping) -> None:
    _, secret = keeping.create(ANN, "CI", (Scope.READ,), 1)
    ends = samples.NOW + timedelta(days=1)

    assert step.identify(secret)[1] == int(ends.timestamp())
    with pytest.raises(TokenExpired, match="API key"):
        replace(step, now=lambda: ends).identify(secret)


def test_the_last_use_is_noted_now_and_then(step: Authorizing, keeping: Keeping) -> None:
    shown, secret = keeping.create(ANN, "CI", (Scope.READ,), None)

    def used(minutes: int) -> Any:
        replace(step, now=lambda: samples.NOW + timedelta(minutes=minutes)).identify(secret)
        return keeping.list(ANN)[0]["lastUsedAt"]

    assert shown["lastUsedAt"] is None
    assert [used(0), used(9)] == [clock.stamp(samples.NOW)] * 2
    assert used(10) == clock.stamp(samples.NOW + timedelta(minutes=10))


def test_an_upload_token_is_for_its_hour_and_its_video(step: Authorizing) -> None:
    token_id, token = upload_token.new()
    step.uploads.put(UploadToken(token_id, "1" * 20, "ann", LATER))

    assert step.identify(token) == (Caller("ann", False, frozenset((Scope.UPLOAD,)), upload_of="1" * 20), LATER)
    with pytest.raises(TokenExpired):
        replace(step, now=lambda: samples.NOW + timedelta(minutes=1)).identify(token)
    with pytest.raises(TokenInvalid):
        step.identify(upload_token.new()[1])


def test_keys_are_their_owners_and_an_admins_to_revoke(keeping: Keeping) -> None:
    ours, _ = keeping.create(ANN, "CI", (Scope.READ,), None)

    assert (keeping.list(BOB), keeping.list(ROOT)) == ([], [])
    with pytest.raises(NotFound):
        keeping.revoke(BOB, ours["id"])
    with pytest.raises(Forbidden):
        keeping.list(BOB, "ann")
    assert keeping.list(ROOT, "ann") == [ours]
    keeping.revoke(ROOT, ours["id"])
    keeping.revoke(BOB, ours["id"])  # nothing is there: nothing is told
    assert keeping.list(ANN) == []


def test_one_owner_has_so_many_keys(keeping: Keeping) -> None:
    for number in range(keys.MOST):
        keeping.keys.put(ApiKey(f"{number:016x}", "", "ann", "k", (Scope.READ,), ""))

    with pytest.raises(Conflict, match="Revoke one"):
        keeping.create(ANN, "one more", (Scope.READ,), None)
    keeping.create(BOB, "his", (Scope.READ,), None)
