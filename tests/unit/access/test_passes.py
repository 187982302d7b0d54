import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import samples
from tests.signing_keys import KEY, OTHER_KEY
from vod.access import passes
from vod.access.passes import Pass

RESOURCE = "https://cdn.example/videos/a/*"
ADDRESS = "https://cdn.example/videos/a/run/index.m3u8"
UNTIL = samples.NOW + timedelta(hours=1)


@pytest.fixture
def given() -> Pass:
    return passes.issue(KEY, RESOURCE, UNTIL)


def test_a_policy_is_what_cloudfront_reads(given: Pass) -> None:
    policy = passes.decode(given.policy)

    assert b" " not in policy
    assert json.loads(policy) == {
        "Statement": [{"Resource": RESOURCE, "Condition": {"DateLessThan": {"AWS:EpochTime": 1767326645}}}]
    }
    assert KEY.verifies(KEY.id, policy, passes.decode(given.signature))


def test_base64_is_written_in_cloudfronts_alphabet() -> None:
    raw = bytes([0xFB, 0xFF, 0xFE, 0xFB])

    assert passes.encode(raw) == "-~~--w__"
    assert passes.decode("-~~--w__") == raw


def test_a_pass_stands_in_a_query_or_in_three_cookies(given: Pass) -> None:
    assert given.query == f"Policy={given.policy}&Signature={given.signature}&Key-Pair-Id={KEY.id}"
    assert given.api_query == f"policy={given.policy}&sign={given.signature}&key={KEY.id}"
    assert given.cookies == {
        "CloudFront-Policy": given.policy,
        "CloudFront-Signature": given.signature,
        "CloudFront-Key-Pair-Id": KEY.id,
    }


def test_a_pass_opens_everything_of_its_video_until_it_ends(given: Pass) -> None:
    assert passes.admits(KEY, given, ADDRESS, samples.NOW)
    assert passes.admits(KEY, given, ADDRESS, UNTIL - timedelta(seconds=1))
    assert not passes.admits(KEY, given, ADDRESS, UNTIL)


@pytest.mark.parametrize(
    "address", [ADDRESS.replace("/a/", "/b/"), ADDRESS.replace("cdn.", "other."), ADDRESS.replace("https", "http")]
)
def test_a_pass_opens_nothing_else(given: Pass, address: str) -> None:
    assert not passes.admits(KEY, given, address, samples.NOW)


def test_a_pass_that_was_changed_opens_nothing(given: Pass) -> None:
    longer = passes.issue(OTHER_KEY, RESOURCE, UNTIL + timedelta(days=9))

    for changed in (
        replace(given, policy=longer.policy),
        replace(given, signature=longer.signature),
        replace(longer, key_id=KEY.id),
        longer,
        replace(longer, key_id="K0UNKNOWN"),
        Pass("", "", KEY.id),
        Pass("not base64!", "", KEY.id),
        Pass("ü", "ü", KEY.id),
    ):
        assert not passes.admits(KEY, changed, ADDRESS, samples.NOW)
