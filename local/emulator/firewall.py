"""WAF before a REST API: rules that want a header, and the default action; what else a rule says is not modelled."""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core.responses import get_region
from ministack.services import waf
from ministack.services.cloudformation import provisioners

BLOCKED = 403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}'
WebAcl = Mapping[str, Any]

_answer = app._handle_execute_api_request


def admits(acl: WebAcl, headers: Mapping[str, str]) -> bool:
    """Whether a web ACL lets a request with these headers pass: the first rule that fits decides, else the default."""
    for rule in sorted(acl["Rules"], key=lambda rule: int(rule["Priority"])):
        if _fits(rule["Statement"], headers):
            return "Allow" in rule["Action"]
    return "Allow" in acl["DefaultAction"]


def _fits(statement: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    match = statement.get("ByteMatchStatement", {})
    name = match.get("FieldToMatch", {}).get("SingleHeader", {}).get("Name")
    if not name or match["PositionalConstraint"] != "EXACTLY":
        return False
    return any(value == match["SearchString"] for key, value in headers.items() if key.lower() == name)


async def answer(host: str, path: str, method: str, headers: dict[str, str], *rest: Any, **named: Any) -> Any:
    """What API Gateway answers, 403 where the stage's web ACL blocks the request."""
    addressed = app._parse_execute_api_url(host, path)
    if addressed:
        acl = _acl_of(f"arn:aws:apigateway:{get_region()}::/restapis/{addressed[0]}/stages/{addressed[1]}")
        if acl and not admits(acl, headers):
            return BLOCKED
    return await _answer(host, path, method, headers, *rest, **named)


def _acl_of(resource: str) -> WebAcl | None:
    wanted = waf._associations.get(resource)
    return next((acl for _, acl in list(waf._web_acls.all_items()) if acl["ARN"] == wanted), None)


def create(logical_id: str, properties: Any, stack: str) -> tuple[str, dict[str, str]]:
    """AWS::WAFv2::WebACLAssociation."""
    return update("", None, properties, stack)


def update(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, dict[str, str]]:
    """Put another web ACL before the resource."""
    waf._associations[new["ResourceArn"]] = new["WebACLArn"]
    return new["ResourceArn"], {}


def install() -> None:
    """Stand before every API."""
    app._handle_execute_api_request = answer
    provisioners._RESOURCE_HANDLERS["AWS::WAFv2::WebACLAssociation"] = {
        "create": create,
        "update": update,
        "delete": lambda physical_id, properties: waf._associations.pop(physical_id, None),
    }
