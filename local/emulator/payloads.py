"""The size of what goes into a function and comes out of it, as Lambda's Invoke and API Gateway limit it."""

import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import apigateway_v1, lambda_svc

from local.emulator import seams

MOST_IN = 6 * 2**20
MOST_IN_ASYNCHRONOUS = 2**20
"""256 KB until October 2025."""
MOST_OUT = 6_291_556
"""AWS's own number, from its error's text."""

_invoke = lambda_svc._invoke
_call = apigateway_v1._call_lambda_raw


def size(payload: Any) -> int:
    """Bytes of a payload as JSON without spaces, which is the least it can be."""
    return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())


def limited(result: dict[str, Any]) -> dict[str, Any]:
    """An invocation's result, or that it was too large to be answered."""
    if result.get("error") or size(result.get("body")) <= MOST_OUT:
        return result
    said = f"Response payload size exceeded maximum allowed payload size ({MOST_OUT} bytes)."
    error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": said}
    return {**result, "body": error, "error": True}


async def invoke(name: str, event: Any, headers: dict[str, str], *rest: Any) -> Any:
    """Lambda's Invoke, unless the request is too large."""
    kind = next((value for key, value in headers.items() if key.lower() == "x-amz-invocation-type"), "")
    most = MOST_IN_ASYNCHRONOUS if kind == "Event" else MOST_IN
    if size(event) > most:
        said = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
        return error_response_json("RequestTooLargeException", said, 413)
    return await _invoke(name, event, headers, *rest)


class TooLarge(Exception):
    """More than Lambda takes from API Gateway, which says so itself (apigateway.py)."""


async def call(function: str, event: dict[str, Any], **scope: Any) -> Any:
    """A call by API Gateway; TooLarge when Lambda would not take it."""
    if size(event) > MOST_IN:
        raise TooLarge
    return await _call(function, event, **scope)


def install() -> None:
    """Limit what goes in."""
    seams.replace(lambda_svc, "_invoke", invoke, expected="ab193779e5c2")
    seams.replace(apigateway_v1, "_call_lambda_raw", call, expected="a2df5d6c5b30")
