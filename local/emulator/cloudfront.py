"""CloudFront with the REST API as an origin, a web ACL in front, behaviours that want a signature, and CORS."""

import re
import shutil
import uuid
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app
from ministack.services import cloudfront, s3
from ministack.services.cloudformation import provisioners

from local.emulator import firewall, seams, signatures
from local.emulator.web_acl import refusal

HAS_NODE = shutil.which("node") is not None
API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")

REFUSAL = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'

_fetch = cloudfront._fetch_from_origin
_behavior = cloudfront._dataplane_behavior
_serve = cloudfront.handle_viewer_request
_apply_cors = cloudfront._apply_cors_headers


def execute_path(api: str, uri: str) -> str:
    """The emulator's own address of what `uri` (stage first) means to an API."""
    stage, _, rest = unquote(uri).lstrip("/").partition("/")
    return f"/restapis/{api}/{stage}/_user_request_/{rest}"


async def fetch_from_origin(
    origin: dict[str, Any], method: str, uri: str, query: str, headers: dict[str, str], body: bytes, *rest: Any
) -> Any:
    """What the origin answers: (status, reason, headers, body)."""
    if method == "OPTIONS" and origin.get("s3_bucket"):
        status, answered, content = s3.cors_preflight(origin["s3_bucket"], uri.lstrip("/"), headers)
        return status, "", {name.lower(): value for name, value in answered.items()}, content
    api = API_HOST.match(origin["domain_name"])
    if not api:
        return await _fetch(origin, method, uri, query, headers, body, *rest)
    path = execute_path(api.group(1), (origin.get("origin_path") or "") + uri)
    named = {**headers, **dict(origin.get("custom_headers") or ()), "host": origin["domain_name"]}
    parameters = parse_qs(query, keep_blank_values=True)
    status, answered, content = await app._handle_execute_api_request("", path, method, named, body, parameters)
    return status, "", {name.lower(): value for name, value in answered.items()}, content


def apply_cors(headers: dict[str, Any], cors: Any, viewer_origin: str, method: str) -> dict[str, Any]:
    """What a response headers policy says of other sites; with CORS in it CloudFront decides about Vary, too.

    An answer that names its viewer's site, or has no such header only because nobody asked for one, depends on Origin.
    """
    applied: dict[str, Any] = _apply_cors(headers, cors, viewer_origin, method)
    if not cors:
        return applied
    rest = {name: value for name, value in applied.items() if name != "vary"}
    return rest if viewer_origin and "*" in cors["AllowOrigins"] else {**rest, "vary": "Origin"}


def behavior(element: Any, pattern: Any = None) -> dict[str, Any]:
    """A cache behaviour with the key groups whose signatures it wants.

    Without Node.js no function sees an answer: the one of videos' files is imitated by local/cdn.py.
    """
    named = [found.text for found in element.iter() if found.tag.rpartition("}")[2] == "KeyGroup"]
    made: dict[str, Any] = _behavior(element, pattern)
    functions = {event: arn for event, arn in made["functions"].items() if event != "viewer-response" or HAS_NODE}
    return {**made, "functions": functions, "key_groups": named}


def accepted_keys(groups: list[str]) -> dict[str, str]:
    """The public keys of key groups: PEM texts by id."""
    ids = [key for group in groups for key in cloudfront._key_groups[group]["Config"]["Items"]]
    return {key: cloudfront._public_keys[key]["Config"]["EncodedKey"] for key in ids}


async def serve(
    distribution: dict[str, Any],
    method: str,
    path: str,
    uri: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
    *rest: Any,
) -> Any:
    """What a viewer gets: a refusal from the web ACL, or where a behaviour wants a signature and finds none."""
    before = firewall.acl(cloudfront._text(cloudfront._dist_config_el(distribution), "WebACLId"))
    if before and (status := refusal(before, uri, headers, len(body or b""))):
        return status, {"Content-Type": "text/html", "X-Cache": "Error from cloudfront"}, b"Request blocked.\n"
    matched = cloudfront._match_behavior(cloudfront.parse_distribution_dataplane_config(distribution), path)
    if matched and matched["key_groups"]:
        address = headers.get("x-viewer-address", "") + uri
        try:
            signatures.check(address, query, headers.get("cookie", ""), accepted_keys(matched["key_groups"]))
        except signatures.Refused as refused:
            said = REFUSAL.format(code=refused.code, message=refused)
            return 403, {"Content-Type": "text/xml", "X-Cache": "Error from cloudfront"}, said.encode()
    return await _serve(distribution, method, path, uri, query, headers, body, *rest)


def create_public_key(logical_id: str, properties: Any, stack: str) -> tuple[str, dict[str, str]]:
    """AWS::CloudFront::PublicKey."""
    key = cloudfront._pk_id()
    cloudfront._public_keys[key] = _record(key, properties["PublicKeyConfig"])
    return key, {"Id": key}


def update_public_key(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, dict[str, str]]:
    """Refuse to change a key, as CloudFront does."""
    if old["PublicKeyConfig"] != new["PublicKeyConfig"]:
        raise ValueError("Invalid request provided: AWS::CloudFront::PublicKey")
    return physical_id, {"Id": physical_id}


def create_key_group(logical_id: str, properties: Any, stack: str) -> tuple[str, dict[str, str]]:
    """AWS::CloudFront::KeyGroup."""
    return update_key_group(cloudfront._kg_id(), None, properties, stack)


def update_key_group(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, dict[str, str]]:
    """Take over the keys of a group."""
    cloudfront._key_groups[physical_id] = _record(physical_id, new["KeyGroupConfig"])
    return physical_id, {"Id": physical_id}


def _record(physical_id: str, config: Any) -> dict[str, Any]:
    now = cloudfront._now_iso()
    return {"Id": physical_id, "ETag": str(uuid.uuid4()), "CreatedTime": now, "LastModifiedTime": now, "Config": config}


def install() -> None:
    """Let distributions reach our API, and let viewers in only with what the behaviour asks for."""
    seams.replace(cloudfront, "_fetch_from_origin", fetch_from_origin, expected="11c0079215ff")
    seams.replace(cloudfront, "_dataplane_behavior", behavior, expected="ccb8d22a2569")
    seams.replace(cloudfront, "_apply_cors_headers", apply_cors, expected="65c4596fe86e")
    seams.replace(cloudfront, "handle_viewer_request", serve, expected="986c135cbc35")
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::CloudFront::PublicKey"] = {
        "create": create_public_key,
        "update": update_public_key,
        "delete": lambda physical_id, properties: cloudfront._public_keys.pop(physical_id, None),
    }
    handlers["AWS::CloudFront::KeyGroup"] = {
        "create": create_key_group,
        "update": update_key_group,
        "delete": lambda physical_id, properties: cloudfront._key_groups.pop(physical_id, None),
    }
