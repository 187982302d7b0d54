"""What a web ACL of WAF says to a request: rules that look at headers, paths and the size of bodies.

A rule that looks at anything else (rates, what a body holds, addresses) fits no request. Of AWS's own groups there is
only the common one's limit for bodies.
https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WebAcl = Mapping[str, Any]
Statement = Mapping[str, Any]
INSPECTED = 16 * 1024
"""Bytes of a body that WAF gets from CloudFront and API Gateway, where the web ACL does not say another limit."""
COMMON, COMMON_BODY_RULE, COMMON_BODY_BYTES = "AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY", 8 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """What WAF sees of a request; `inspected` bytes of its body at most."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body_bytes: int = 0
    inspected: int = INSPECTED

    def is_oversize(self) -> bool:
        """Whether the body is cut before WAF sees it."""
        return self.body_bytes > self.inspected


def refusal(acl: WebAcl, path: str, headers: Mapping[str, str], body_bytes: int) -> int | None:
    """The status with which a web ACL blocks a request, None where it passes: the first rule that fits decides."""
    asked = Asked(path, headers, body_bytes, inspected(acl))
    for rule in sorted(acl["Rules"], key=lambda rule: int(rule["Priority"])):
        action = _action(rule, asked)
        if action and "Count" not in action:
            return _status(action)
    return _status(acl["DefaultAction"])


def inspected(acl: WebAcl) -> int:
    """How many bytes of a body a web ACL looks at."""
    limits = (acl.get("AssociationConfig") or {}).get("RequestBody") or {}
    sizes = [int(limit["DefaultSizeInspectionLimit"].removeprefix("KB_")) * 1024 for limit in limits.values()]
    return max(sizes, default=INSPECTED)


def _status(action: Mapping[str, Any]) -> int | None:
    if "Block" not in action:
        return None
    return int((action["Block"] or {}).get("CustomResponse", {}).get("ResponseCode", 403))


def _action(rule: Mapping[str, Any], asked: Asked) -> Mapping[str, Any] | None:
    group = rule["Statement"].get("ManagedRuleGroupStatement")
    if group:
        return _action_of_group(group, asked)
    return dict(rule["Action"]) if _fits(rule["Statement"], asked) else None


def _action_of_group(group: Mapping[str, Any], asked: Asked) -> Mapping[str, Any] | None:
    within = _fits(group["ScopeDownStatement"], asked) if group.get("ScopeDownStatement") else True
    if group["Name"] != COMMON or not within or asked.body_bytes <= COMMON_BODY_BYTES:
        return None
    changed = {one["Name"]: one["ActionToUse"] for one in group.get("RuleActionOverrides") or ()}
    return dict(changed.get(COMMON_BODY_RULE, {"Block": {}}))


def _fits(statement: Statement, asked: Asked) -> bool:
    ((kind, said),) = statement.items()
    match kind:
        case "AndStatement":
            return all(_fits(each, asked) for each in said["Statements"])
        case "OrStatement":
            return any(_fits(each, asked) for each in said["Statements"])
        case "NotStatement":
            return not _fits(said["Statement"], asked)
        case "ByteMatchStatement" if said["PositionalConstraint"] == "EXACTLY":
            return said["SearchString"] in _seen(said["FieldToMatch"], asked)
        case "RegexMatchStatement":
            return any(re.search(said["RegexString"], text) for text in _seen(said["FieldToMatch"], asked))
        case "SizeConstraintStatement" if "Body" in said["FieldToMatch"]:
            return _is_larger(said, asked)
    return False


def _seen(part: Mapping[str, Any], asked: Asked) -> list[str]:
    if "UriPath" in part:
        return [asked.path]
    name = part.get("SingleHeader", {}).get("Name")
    return [value for key, value in asked.headers.items() if key.lower() == name]


def _is_larger(said: Mapping[str, Any], asked: Asked) -> bool:
    handling = said["FieldToMatch"]["Body"].get("OversizeHandling", "CONTINUE")
    if asked.is_oversize() and handling != "CONTINUE":
        return bool(handling == "MATCH")
    return said["ComparisonOperator"] == "GT" and min(asked.body_bytes, asked.inspected) > int(said["Size"])
