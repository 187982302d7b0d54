"""CloudFront with the REST API as an origin: its execute-api name leads to the emulator's own API Gateway."""

import re
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app
from ministack.services import cloudfront

API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")

_fetch = cloudfront._fetch_from_origin


def execute_path(api: str, uri: str) -> str:
    """The emulator's own address of what `uri` (stage first) means to an API."""
    stage, _, rest = unquote(uri).lstrip("/").partition("/")
    return f"/restapis/{api}/{stage}/_user_request_/{rest}"


async def fetch_from_origin(
    origin: dict[str, Any], method: str, uri: str, query: str, headers: dict[str, str], body: bytes, *rest: Any
) -> Any:
    """What the origin answers: (status, reason, headers, body)."""
    api = API_HOST.match(origin["domain_name"])
    if not api:
        return await _fetch(origin, method, uri, query, headers, body, *rest)
    path = execute_path(api.group(1), (origin.get("origin_path") or "") + uri)
    named = {**headers, "host": origin["domain_name"]}
    parameters = parse_qs(query, keep_blank_values=True)
    status, answered, content = await app._handle_execute_api_request("", path, method, named, body, parameters)
    return status, "", {name.lower(): value for name, value in answered.items()}, content


def install() -> None:
    """Let distributions reach our API."""
    cloudfront._fetch_from_origin = fetch_from_origin
