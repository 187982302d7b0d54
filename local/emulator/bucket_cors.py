"""CORS on S3: a bucket's rules hold for every answer, also for those with which IAM or an ended session refuse."""

from collections.abc import Callable, Coroutine
from typing import Any

from ministack import app
from ministack.services import s3

from local.emulator import seams

ALLOWED = "Access-Control-Allow-Origin"

Dispatch = Callable[..., Coroutine[Any, Any, Any]]


def answering(dispatch: Dispatch) -> Dispatch:
    """`dispatch`, and the bucket's headers where ministack refuses before S3 is asked."""

    async def answer_page(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any, request_id: str
    ) -> Any:
        answer = await dispatch(method, path, headers, body, query, request_id)
        target = app._s3_cors_target(headers.get("host", ""), path) if "origin" in headers else None
        if target and ALLOWED not in answer[1] and app.detect_service(method, path, headers, query) == "s3":
            answer[1].update(s3.cors_response_headers(target[0], method, headers))
        return answer

    return answer_page


def install() -> None:
    """Answer pages this way; the last of the seams around requests, since it adds to what they answer."""
    seams.replace(
        app,
        "_dispatch_service_request",
        answering(app._dispatch_service_request),
        expected="17e5ef6dcfa0",
        over="faults",
    )
