"""Private unless chosen otherwise: every behaviour that serves videos wants a signature, and only two roles can sign."""

import pytest

from tests.templates import parsed
from tests.templates.parsed import Value

CDN, PLAYBACK = parsed.template_of("Cdn"), parsed.template_of("Playback")
DISTRIBUTION = CDN["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
SERVING = [each for each in DISTRIBUTION["CacheBehaviors"] if each["TargetOriginId"] == "output"]


@pytest.mark.parametrize("behavior", SERVING, ids=lambda each: each["PathPattern"])
def test_a_behaviour_that_serves_videos_trusts_the_key_group_when_private(behavior: Value) -> None:
    condition, trusted, otherwise = behavior["TrustedKeyGroups"]["Fn::If"]

    assert CDN["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "KeyGroupId"}, "none"]}]}
    assert trusted == [{"Ref": "KeyGroupId"}]
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_the_cache_does_not_depend_on_who_asks() -> None:
    for name in ("SegmentCache", "ManifestCache"):
        config = parsed.template_of("Policies")["Resources"][name]["Properties"]["CachePolicyConfig"]
        asked = config["ParametersInCacheKeyAndForwardedToOrigin"]

        assert asked["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
        assert asked["CookiesConfig"] == {"CookieBehavior": "none"}


def test_videos_are_private_unless_chosen_otherwise() -> None:
    assert parsed.ROOT_TEMPLATE["Parameters"]["PlaybackAccess"]["Default"] == "private"
    assert PLAYBACK["Outputs"]["KeyGroupId"]["Value"] == {"Fn::If": ["IsPrivate", {"Ref": "KeyGroup"}, "none"]}
    assert PLAYBACK["Conditions"]["IsPrivate"] == {"Fn::Equals": [{"Ref": "PlaybackAccess"}, "private"]}


def test_a_private_stack_without_a_key_is_refused_before_anything_is_made() -> None:
    rule = parsed.ROOT_TEMPLATE["Rules"]["PrivatePlaybackNeedsAKey"]

    (assertion,) = rule["Assertions"]

    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "PlaybackAccess"}, "private"]}
    assert {value["Ref"] for value in parsed.walk(assertion) if isinstance(value, dict) and "Ref" in value} == {
        "PlaybackPublicKey",
        "OtherPlaybackPublicKey",
    }
    assert "make playback-key" in assertion["AssertDescription"]


def test_public_playback_needs_no_key() -> None:
    made = {name: each for name, each in PLAYBACK["Resources"].items() if each["Type"].startswith("AWS::CloudFront::")}

    assert made.keys() == {"PublicKey", "OtherPublicKey", "KeyGroup"}
    for each in made.values():
        condition = PLAYBACK["Conditions"][each["Condition"]]
        assert each["Condition"] == "IsPrivate" or {"Condition": "IsPrivate"} in condition["Fn::And"]


def test_only_what_signs_addresses_and_what_makes_the_key_reads_the_private_half_and_no_other_secret() -> None:
    readers = {
        resource.name: [arn.get("Fn::Sub") or arn["Fn::GetAtt"][0] for arn in parsed.listed(each["Resource"])]
        for resource in parsed.resources("AWS::IAM::Role")
        for each in parsed.walk(resource.properties)
        if isinstance(each, dict) and "secretsmanager:GetSecretValue" in parsed.listed(each.get("Action", []))
    }

    assert {name: [arn.split("}", 3)[-1] for arn in arns] for name, arns in readers.items()} == {
        "LibraryRole": [":secret:${PlaybackKeySecret}-??????"],
        "DeliverRole": [":secret:${PlaybackKeySecret}-??????"],
        "CaptionsRole": [":secret:${PlaybackKeySecret}-??????"],
        "DownloadsRole": [":secret:${PlaybackKeySecret}-??????"],
        "ParametersRole": [":secret:${StackName}/playback-key-??????"],
        "AccountRole": [":secret:${StackName}/playback-key-??????"],
        "WebhookRole": ["WebhookSecret"],
    }


def test_who_answers_people_without_an_account_can_write_nothing() -> None:
    role = PLAYBACK["Resources"]["DeliverRole"]["Properties"]

    actions = {
        action
        for value in parsed.walk(role["Policies"])
        if isinstance(value, dict)
        for action in parsed.listed(value.get("Action", []))
    }

    assert actions - {"logs:CreateLogStream", "logs:PutLogEvents"} == {
        "dynamodb:GetItem",
        "s3:GetObject",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
    }
