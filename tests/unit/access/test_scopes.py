import pytest

from vod.access import scopes
from vod.access.caller import Caller, from_authorizer, told
from vod.access.scopes import Scope, needed
from vod.api.methods import METHODS
from vod.errors import Forbidden, TokenExpired

OPEN = ("/public/", "/shares/", "/session", "/videos/{id}/manifest/")
"""Paths whose address, code or cookie is the proof."""
WANTED = {
    Scope.READ: {("GET", "/videos"), ("GET", "/videos/{id}"), ("GET", "/videos/{id}/playback"), ("GET", "/videos/{id}/shares"), ("GET", "/videos/{id}/download"), ("GET", "/videos/{id}/original"), ("GET", "/videos/{id}/captions"), ("GET", "/webhooks"), ("GET", "/webhooks/{id}/deliveries")},
    Scope.UPLOAD: {
        ("POST", "/videos"), ("GET", "/videos/{id}/upload"), ("DELETE", "/videos/{id}/upload"),
        ("POST", "/videos/{id}/upload/complete"), ("POST", "/videos/{id}/upload/token"),
    },
    Scope.ACCOUNT: {("GET", "/keys"), ("POST", "/keys"), ("DELETE", "/keys/{keyId}")},
    Scope.MANAGE: {
        ("PATCH", "/videos/{id}"), ("DELETE", "/videos/{id}"), ("POST", "/videos/{id}/cancel"),
        ("POST", "/videos/{id}/retry"), ("POST", "/videos/{id}/shares"), ("DELETE", "/videos/{id}/shares/{shareId}"),
        ("POST", "/videos/{id}/captions"), ("PUT", "/videos/{id}/captions/{captionId}"),
        ("PATCH", "/videos/{id}/captions/{captionId}"), ("DELETE", "/videos/{id}/captions/{captionId}"),
        ("POST", "/webhooks"), ("PATCH", "/webhooks/{id}"), ("DELETE", "/webhooks/{id}"), ("POST", "/webhooks/{id}/secret"),
        ("POST", "/webhooks/{id}/deliveries/{deliveryId}/retry"),
    },
}  # fmt: skip


def test_each_route_needs_the_scope_that_the_documentation_says() -> None:
    routes = {(method, path) for path, methods in METHODS.items() for method in methods if not path.startswith(OPEN)}
    found: dict[Scope, set[tuple[str, str]]] = {scope: set() for scope in Scope}
    for method, path in routes:
        found[needed(method, path)].add((method, path))

    assert found == WANTED


def test_a_route_that_nobody_thought_of_is_not_one_to_read() -> None:
    assert needed("POST", "/whatever") is Scope.MANAGE
    assert needed("GET", "/keysmith") is Scope.READ


def test_slashes_at_the_end_change_nothing() -> None:
    for method, path in {each for routes in WANTED.values() for each in routes}:
        assert needed(method, path + "//") is needed(method, path)


def test_a_key_does_what_its_scopes_say() -> None:
    key = Caller("ann", scopes=frozenset((Scope.READ,)), key="1" * 16)

    key.require("GET", "/videos")
    for method, path in (("POST", "/videos"), ("DELETE", "/videos/1"), ("POST", "/keys"), ("GET", "/keys")):
        with pytest.raises(Forbidden):
            key.require(method, path)


def test_no_scope_of_a_key_makes_keys() -> None:
    with pytest.raises(Forbidden, match="sign in"):
        Caller("ann", scopes=frozenset(scopes.OF_KEYS), key="1" * 16).require("POST", "/keys")


def test_an_upload_token_opens_one_upload_and_nothing_else() -> None:
    token = Caller("ann", scopes=frozenset((Scope.UPLOAD,)), upload_of="1" * 20)

    token.require("GET", f"/videos/{'1' * 20}/upload")
    token.require("POST", f"/videos/{'1' * 20}/upload/complete")
    for method, path in (
        ("POST", f"/videos/{'1' * 20}/upload/token"), ("GET", f"/videos/{'2' * 20}/upload"), ("POST", "/videos"),
        ("GET", f"/videos/{'1' * 20}"), ("DELETE", f"/videos/{'1' * 20}"),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            token.require(method, path)


@pytest.mark.parametrize(
    "caller",
    [
        Caller("ann"),
        Caller("root", is_admin=True),
        Caller("ann", scopes=frozenset((Scope.READ, Scope.MANAGE)), key="1" * 16),
        Caller("ann", scopes=frozenset((Scope.UPLOAD,)), upload_of="1" * 20),
    ],
)
def test_a_caller_is_passed_on_whole(caller: Caller) -> None:
    assert from_authorizer(told(caller, until=0), now=1e12) == caller
    assert from_authorizer({**told(caller, until=100), "principalId": "x"}, now=99.9) == caller


def test_what_ended_since_the_authorizer_was_asked_has_ended() -> None:
    with pytest.raises(TokenExpired):
        from_authorizer(told(Caller("ann"), until=100), now=100)


def test_who_comes_past_the_authorizer_is_nobody() -> None:
    with pytest.raises(KeyError):
        from_authorizer({}, now=0)
