"""API Gateway: what SAM writes into the OpenAPI body of a REST API as extensions is taken over too, and its limits.

A request of more than 10 MB, or of more than Lambda takes, is refused; nobody waits longer than 29 s for a function.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1

RESPONSES = "x-amazon-apigateway-gateway-responses"
BINARY = "x-amazon-apigateway-binary-media-types"
MOST_BYTES = 10 * 2**20
MOST_LAMBDA_BYTES = 6_291_556
"""Of an event: what Lambda's own refusal says (`Request must be smaller than 6291556 bytes`)."""
TIMEOUT_MILLIS = 29_000

_import = apigateway_v1._import_rest_api
_invoke = apigateway_v1._invoke_lambda_proxy_v1


def import_rest_api(body: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Make an API from an OpenAPI body, its binary media types and its own error responses included; the API's id."""
    binary = [*(settings.get("binaryMediaTypes") or []), *(body.get(BINARY) or [])]
    api = str(_import(body, {**settings, "binaryMediaTypes": binary}))
    for kind, response in (body.get(RESPONSES) or {}).items():
        apigateway_v1._put_gateway_response(api, kind, response)
    return api


async def invoke(integration: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
    """What a function answers, or the gateway's own error; a function that takes longer goes on by itself."""
    if not _fits(rest[7], named.get("binary_media_types")):
        return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
    answering = asyncio.ensure_future(_invoke(integration, *rest, **named))
    seconds = int(integration.get("timeoutInMillis") or TIMEOUT_MILLIS) / 1000
    done, _ = await asyncio.wait([answering], timeout=seconds)
    return await answering if done else apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")


def _fits(body: bytes | None, binary_media_types: Any) -> bool:
    """Whether a request's body is within the limits of the gateway and of Lambda, where it arrives in base64."""
    size = len(body or b"")
    event = (size + 2) // 3 * 4 if binary_media_types else size
    return size <= MOST_BYTES and event <= MOST_LAMBDA_BYTES


def install() -> None:
    """Import APIs this way, and ask functions within the limits."""
    apigateway_v1._import_rest_api = import_rest_api
    apigateway_v1._invoke_lambda_proxy_v1 = invoke
