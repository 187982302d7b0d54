"""The API answers only to signed-in callers, and API Gateway's own errors look like ours."""

import json

import pytest

from tests.templates import parsed
from vod.api.methods import METHODS

API = parsed.ROOT_TEMPLATE["Resources"]["Api"]["Properties"]


@pytest.mark.parametrize(("kind", "response"), API["GatewayResponses"].items())
def test_an_error_of_the_gateway_has_the_shape_of_every_error(kind: str, response: parsed.Value) -> None:
    filled = response["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"Filled in."')
    filled = filled.replace("$context.authorizer.message", "Filled in.")

    body = json.loads(filled)

    assert body.keys() == {"code", "message", "requestId"}
    assert body["requestId"] == "$context.requestId"
    assert body["message"].endswith(".")


ROUTES = [
    event["Properties"]
    for function in parsed.functions()
    for event in function.properties.get("Events", {}).values()
    if event["Type"] == "Api"
]
PROVEN_BY_ADDRESS = {
    "/public/{id}/playback",
    "/shares/{token}/playback",
    "/public/{id}/download",
    "/shares/{token}/download",
    "/videos/{id}/manifest/{run}/{name}",
    "/videos/{id}/manifest/{run}/{name}/{playlist}",
}
"""Routes without a token: a share's token, or a signature, stands in the address; or videos are public."""


PROVEN_BY_SIGN_IN = {("POST", "/session"), ("POST", "/session/token"), ("DELETE", "/session")}
"""Routes that a code of the sign-in page opens, or the cookie of the page's session."""


def test_every_route_asks_for_a_token_unless_its_address_is_the_proof() -> None:
    open_routes = {(route["Method"], route["Path"]) for route in ROUTES if "Auth" in route}

    assert API["Auth"]["DefaultAuthorizer"] in API["Auth"]["Authorizers"]
    assert open_routes == {("GET", path) for path in PROVEN_BY_ADDRESS} | PROVEN_BY_SIGN_IN


def test_every_route_names_its_method_but_one_for_what_no_route_takes() -> None:
    named: dict[str, set[str]] = {}
    for route in ROUTES:
        named.setdefault(route["Path"], set()).add(route["Method"])

    assert named.pop("/{other+}") == {"ANY"}
    assert named == {path: set(found) for path, found in METHODS.items()}


def test_a_place_in_a_path_has_one_name() -> None:
    """API Gateway refuses two."""
    named: dict[str, set[str]] = {}
    for route in ROUTES:
        parts = route["Path"].split("/")
        for position, part in enumerate(parts):
            if part.startswith("{"):
                named.setdefault("/".join(parts[:position]), set()).add(part)

    assert [names for names in named.values() if len(names) > 1] == []
