"""WAF before a REST API and before a distribution, as far as local.emulator.web_acl understands their rules."""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core.responses import get_region
from ministack.services import waf
from ministack.services.cloudformation import provisioners

from local.emulator import seams
from local.emulator.web_acl import WebAcl, refusal

_answer = app._handle_execute_api_request
_create = waf.create_web_acl_record
_update = waf.update_web_acl_record


async def answer(
    host: str, path: str, method: str, headers: dict[str, str], body: bytes, *rest: Any, **named: Any
) -> Any:
    """What API Gateway answers, 403 where the stage's web ACL blocks the request."""
    addressed = app._parse_execute_api_url(host, path)
    if addressed:
        stage = f"arn:aws:apigateway:{get_region()}::/restapis/{addressed[0]}/stages/{addressed[1]}"
        before = acl(waf._associations.get(stage))
        if before and (status := refusal(before, f"/{addressed[1]}{addressed[2]}", headers, len(body or b""))):
            return status, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}'
    return await _answer(host, path, method, headers, body, *rest, **named)


def acl(arn: str | None) -> WebAcl | None:
    """A web ACL by its ARN, of whatever region."""
    return next((one for _, one in waf._web_acls.all_items() if one["ARN"] == arn), None)


def create_acl(name: str, scope: str, properties: Mapping[str, Any]) -> Any:
    """Keep what a web ACL says of bodies, too."""
    uid, arn, record = _create(name, scope, properties)
    record["AssociationConfig"] = properties.get("AssociationConfig")
    return uid, arn, record


def update_acl(record: dict[str, Any], properties: Mapping[str, Any]) -> Any:
    """The same after a change."""
    record["AssociationConfig"] = properties.get("AssociationConfig")
    return _update(record, properties)


def create(logical_id: str, properties: Any, stack: str) -> tuple[str, dict[str, str]]:
    """AWS::WAFv2::WebACLAssociation."""
    return update("", None, properties, stack)


def update(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, dict[str, str]]:
    """Put another web ACL before the resource."""
    waf._associations[new["ResourceArn"]] = new["WebACLArn"]
    return new["ResourceArn"], {}


def install() -> None:
    """Stand before every API; local.emulator.cloudfront asks for distributions."""
    seams.replace(app, "_handle_execute_api_request", answer, expected="77a20f6d604b")
    seams.replace(waf, "create_web_acl_record", create_acl, expected="072671f23a93")
    seams.replace(waf, "update_web_acl_record", update_acl, expected="50653ae1c85c")
    provisioners._RESOURCE_HANDLERS["AWS::WAFv2::WebACLAssociation"] = {
        "create": create,
        "update": update,
        "delete": lambda physical_id, properties: waf._associations.pop(physical_id, None),
    }
