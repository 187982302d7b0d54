"""The API answers only to signed-in callers, and API Gateway's own errors look like ours."""

import json

import pytest

from tests.templates import parsed

API = parsed.ROOT_TEMPLATE["Resources"]["Api"]["Properties"]


@pytest.mark.parametrize(("kind", "response"), API["GatewayResponses"].items())
def test_an_error_of_the_gateway_has_the_shape_of_every_error(kind: str, response: parsed.Value) -> None:
    filled = response["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"Filled in."')

    body = json.loads(filled)

    assert body.keys() == {"code", "message", "requestId"}
    assert body["requestId"] == "$context.requestId"
    assert body["message"].endswith(".")


def test_every_route_asks_for_a_token_and_names_its_method() -> None:
    events = [event for function in parsed.functions() for event in function.properties.get("Events", {}).values()]
    routes = [event["Properties"] for event in events if event["Type"] == "Api"]

    assert API["Auth"]["DefaultAuthorizer"] in API["Auth"]["Authorizers"]
    assert [
        route for route in routes if "Auth" in route or route["Method"] not in ("GET", "POST", "PATCH", "DELETE")
    ] == []
