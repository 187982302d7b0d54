"""The emulator's WAF refuses what AWS's would: by header, by path, and by the size of a body."""

from typing import Any

import pytest

from local.emulator.web_acl import refusal

PATH = {"UriPath": {}}
ALLOW: Any = {"Allow": {}}
NO_CHANGE = [{"Priority": 0, "Type": "NONE"}]


def acl(statement: Any, **changes: Any) -> Any:
    rule = {"Name": "Only", "Priority": 0, "Action": {"Block": {}}, "Statement": statement}
    return {"DefaultAction": ALLOW, "Rules": [rule], **changes}


def larger_than(size: int, handling: str) -> Any:
    body = {"Body": {"OversizeHandling": handling}}
    return {"SizeConstraintStatement": {"FieldToMatch": body, "ComparisonOperator": "GT", "Size": size}}


def common(**changes: Any) -> Any:
    group = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", **changes}
    rule = {"Name": "Common", "Priority": 0, "OverrideAction": {"None": {}}}
    return {"DefaultAction": ALLOW, "Rules": [{**rule, "Statement": {"ManagedRuleGroupStatement": group}}]}


def is_path(path: str) -> Any:
    return {"ByteMatchStatement": {"FieldToMatch": PATH, "SearchString": path, "PositionalConstraint": "EXACTLY"}}


def test_aws_s_common_rules_refuse_bodies_above_eight_kilobytes() -> None:
    assert refusal(common(), "/a", {}, 8192) is None
    assert refusal(common(), "/a", {}, 8193) == 403


def test_a_rule_of_the_group_can_be_changed_to_count_and_the_group_kept_from_a_path() -> None:
    counted = common(RuleActionOverrides=[{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}])
    scoped = common(ScopeDownStatement={"NotStatement": {"Statement": is_path("/a")}})

    assert refusal(counted, "/a", {}, 9000) is None
    assert refusal(scoped, "/a", {}, 9000) is None
    assert refusal(scoped, "/a/", {}, 9000) == 403


@pytest.mark.parametrize(("handling", "status"), [("MATCH", 403), ("NO_MATCH", None), ("CONTINUE", None)])
def test_of_a_longer_body_than_waf_gets_the_rule_says_what_to_think(handling: str, status: int | None) -> None:
    assert refusal(acl(larger_than(65_535, handling)), "/a", {}, 20_000) == status


def test_a_web_acl_may_look_at_more_of_a_body() -> None:
    limit = {"RequestBody": {"CLOUDFRONT": {"DefaultSizeInspectionLimit": "KB_64"}}}
    wide = acl(larger_than(65_535, "MATCH"), AssociationConfig=limit)

    assert refusal(wide, "/a", {}, 65_535) is None
    assert refusal(wide, "/a", {}, 65_537) == 403


def test_a_path_fits_a_pattern() -> None:
    statement = {"RegexMatchStatement": {"FieldToMatch": PATH, "RegexString": "^/a/[0-9]+$"}}

    assert refusal(acl(statement), "/a/1", {}, 0) == 403
    assert refusal(acl(statement), "/a/1/", {}, 0) is None


def test_statements_are_joined_and_the_first_rule_that_fits_decides() -> None:
    either = {"OrStatement": {"Statements": [is_path("/a"), is_path("/b")]}}
    first = {"Name": "First", "Priority": 0, "Action": ALLOW, "Statement": is_path("/b")}
    second = {"Name": "Second", "Priority": 1, "Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}}}
    rules = {"DefaultAction": {"Block": {}}, "Rules": [{**second, "Statement": either}, first]}

    assert [refusal(rules, path, {}, 0) for path in ("/a", "/b", "/c")] == [429, None, 403]


def test_a_header_is_compared_whole_whatever_the_case_of_its_name() -> None:
    match = {
        "FieldToMatch": {"SingleHeader": {"Name": "x-secret"}},
        "SearchString": "s",
        "PositionalConstraint": "EXACTLY",
    }
    statement = {"ByteMatchStatement": {**match, "TextTransformations": NO_CHANGE}}

    assert refusal(acl(statement), "/", {"X-Secret": "s"}, 0) == 403
    assert refusal(acl(statement), "/", {"X-Secret": "s2"}, 0) is None


def test_what_cannot_be_told_here_fits_nothing() -> None:
    assert refusal(acl({"RateBasedStatement": {"Limit": 1, "AggregateKeyType": "IP"}}), "/", {}, 0) is None
