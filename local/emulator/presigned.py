"""Presigned requests to S3: checked before anything else, and with no header `x-amz-*` that was not signed."""

from collections.abc import Mapping
from typing import Any

from ministack.services import s3

from local.emulator import seams, sessions

Query = Mapping[str, Any]

_verify = s3._verify_presigned_sigv4


def unsigned(headers: Mapping[str, str], query: Query) -> list[str]:
    """The headers `x-amz-*` of a presigned request that its signature does not cover."""
    signed = s3._qp(query, "X-Amz-SignedHeaders", "").lower().split(";")
    return sorted(name for name in headers if name.lower().startswith("x-amz-") and name.lower() not in signed)


def verify(method: str, path: str, headers: Mapping[str, str], query: Query) -> Any:
    """The refusal of a presigned request, if it is refused."""
    key, _, _ = s3._qp(query, "X-Amz-Credential", "").partition("/")
    if sessions.has_ended(key):
        return s3._error("ExpiredToken", "The provided token has expired.", 400, path)
    names = unsigned(headers, query) if s3._qp(query, "X-Amz-Signature", "") else []
    if names:
        message = "There were headers present in the request which were not signed"
        return s3._error("AccessDenied", message, 403, path, {"HeadersNotSigned": ", ".join(names)})
    return _verify(method, path, headers, query)


def install() -> None:
    """Check presigned requests this way."""
    seams.replace(s3, "_verify_presigned_sigv4", verify, expected="a71da1859e2a")
