"""API Gateway: what SAM writes into the OpenAPI body of a REST API as extensions is taken over too, and its limits.

What an authorizer says of a request that it refuses can stand in the API's own answer (`$context.authorizer.NAME`):
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

A request of more than 10 MB, or of more than Lambda takes, is refused; nobody waits longer than 29 s for a function.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

import asyncio
import re
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
_authorize = apigateway_v1._authorize_request_v1
_render = apigateway_v1._gateway_error_response
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


async def authorize(*request: Any) -> tuple[Any, Any]:
    """Whether a request may reach its function; a refusal carries what the authorizer said with it."""
    error, context = await _authorize(*request)
    if error and error.response_type == "ACCESS_DENIED":
        method, headers = request[2], request[6]
        token = apigateway_v1._header_ci(headers, "Authorization")
        cached = (
            kept[2] for key, kept in apigateway_v1._authorizer_cache.items()
            if key[3] == method.get("authorizerId") and key[5] == (token,)
        )  # fmt: skip
        error.authorizer = next(cached, {})
    return error, context


def render(error: Any, request: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """An answer of the gateway itself, what the authorizer said filled in; nothing where it said nothing."""
    status, headers, body = _render(error, request)
    said = getattr(error, "authorizer", {})
    text = re.sub(r"\$context\.authorizer\.(\w+)", lambda found: str(said.get(found[1], "")), body.decode())
    return status, headers, text.encode()


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
    """Import APIs this way, tell why somebody is not let in, and ask functions within the limits."""
    seams.replace(apigateway_v1, "_authorize_request_v1", authorize, expected="46b3fe37fe98")
    seams.replace(apigateway_v1, "_gateway_error_response", render, expected="c0a3f091df36")
    seams.replace(apigateway_v1, "_import_rest_api", import_rest_api, expected="ef72f9312702")
    seams.replace(apigateway_v1, "_invoke_lambda_proxy_v1", invoke, expected="5651a96fa7ba")
