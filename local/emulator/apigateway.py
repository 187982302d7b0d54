"""API Gateway: what SAM writes into the OpenAPI body of a REST API as extensions is taken over too, and its limits.

A request of more than 10 MB, or of more than Lambda takes, is refused; nobody waits longer than 29 s for a function.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1

from local.emulator import aws_clock, seams
from local.emulator.payloads import TooLarge

RESPONSES = "x-amazon-apigateway-gateway-responses"
BINARY = "x-amazon-apigateway-binary-media-types"
ANY = "x-amazon-apigateway-any-method"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
MOST_BYTES = 10 * 2**20
TIMEOUT_MILLIS = 29_000

_import = apigateway_v1._import_rest_api
_validate_token = apigateway_v1._validate_cognito_authorizer
_invoke = apigateway_v1._invoke_lambda_proxy_v1


def import_rest_api(body: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Make an API from an OpenAPI body, its binary media types, its own error responses and ANY included; its id."""
    binary = [*(settings.get("binaryMediaTypes") or []), *(body.get(BINARY) or [])]
    paths = {path: _with_any(item) for path, item in (body.get("paths") or {}).items()}
    api = str(_import({**body, "paths": paths}, {**settings, "binaryMediaTypes": binary}))
    for kind, response in (body.get(RESPONSES) or {}).items():
        apigateway_v1._put_gateway_response(api, kind, response)
    return api


def _with_any(item: Mapping[str, Any]) -> dict[str, Any]:
    """A path whose operation for any method stands under each that it has not itself."""
    return {**(dict.fromkeys(METHODS, item[ANY]) if ANY in item else {}), **item}


async def validate_token(authorizer: Any, method: Mapping[str, Any], *rest: Any) -> tuple[Any, Any]:
    """The claims of a user pool's token: of an id token, or where the method has scopes, of an access token."""
    claims, refused = await _validate_token(authorizer, method, *rest)
    wanted = "access" if method.get("authorizationScopes") else "id"
    if not refused and claims.get("token_use") != wanted:
        return None, apigateway_v1._gw_error("UNAUTHORIZED", "Unauthorized")
    return claims, refused


async def invoke(integration: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
    """What a function answers, or the gateway's own error; a function that takes longer goes on by itself."""
    if len(rest[7] or b"") > MOST_BYTES:
        return too_large()
    answering = asyncio.ensure_future(_invoke(integration, *rest, **named))
    seconds = aws_clock.scaled(int(integration.get("timeoutInMillis") or TIMEOUT_MILLIS) / 1000)
    done, _ = await asyncio.wait([answering], timeout=seconds)
    if not done:
        return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
    try:
        return await answering
    except TooLarge:
        return too_large()


def too_large() -> Any:
    """What the gateway says of a request that is too large for it or, in base64 with its headers, for Lambda."""
    return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")


def install() -> None:
    """Import APIs this way, let in who has the right kind of token, and ask functions within the limits."""
    seams.replace(apigateway_v1, "_validate_cognito_authorizer", validate_token, expected="11c3eaecec67")
    seams.replace(apigateway_v1, "_import_rest_api", import_rest_api, expected="ef72f9312702")
    seams.replace(apigateway_v1, "_invoke_lambda_proxy_v1", invoke, expected="5651a96fa7ba")
