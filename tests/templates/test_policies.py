"""What `make scan` reads is every policy there is, and what it accepts is explained and still found."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local.package import package
from tests.policies import documents, findings
from tests.policies.findings import Finding
from tests.templates import parsed
from tests.templates.deployed import Deployed
from tests.templates.parsed import Value

FOUND = Finding("reader/wildcard", "s3:*", "template.yaml:Role")


def trees() -> Iterator[Deployed]:
    """Every stack that is read, nested ones too."""
    waiting = [Deployed(path, "vod", given) for path, given in documents.ROOTS]
    while waiting:
        tree = waiting.pop()
        yield tree
        nested = ((name, each) for name, each in tree.template["Resources"].items() if each["Type"].endswith("::Stack"))
        waiting += [
            tree.nested(name) for name, each in nested if "Condition" not in each or decided(tree, each["Condition"])
        ]


def decided(tree: Deployed, condition: str) -> bool:
    return bool(tree.value({"Fn::If": [condition, True, False]}))


def test_every_policy_that_is_written_is_read() -> None:
    assert documents.written() - {policy.at for policy in documents.every()} == set()


def test_every_condition_in_a_policy_is_read_both_ways() -> None:
    deciding = {
        (each.template, value["Fn::If"][0])
        for each in parsed.resources()
        for policy in parsed.walk(each.properties)
        if isinstance(policy, dict) and "Statement" in policy
        for value in parsed.walk(policy)
        if isinstance(value, dict) and "Fn::If" in value
    }
    met = {(tree.path, name, decided(tree, name)) for tree in trees() for name in tree.template.get("Conditions", {})}

    both = {(path, name, holds) for path, name in deciding for holds in (True, False)}

    assert both - met == set()


def test_sam_adds_no_policy_of_its_own() -> None:
    template = json.loads(package(parsed.ROOT, "bucket").body)
    values = {name: str(each.get("Default", "given")) for name, each in template["Parameters"].items()}
    session = boto3.Session(region_name="us-east-1")

    made = Translator({}, Parser(), boto_session=session).translate(template, values)["Resources"]

    assert len(made) > len(parsed.ROOT_TEMPLATE["Resources"])
    assert [each for each in parsed.walk(made) if isinstance(each, dict) and "Effect" in each] == []


def test_a_finding_without_a_reason_is_told() -> None:
    assert findings.judged([FOUND], set()) == ([FOUND], [])


def test_an_accepted_finding_is_not_told() -> None:
    assert findings.judged([FOUND], {FOUND}) == ([], [])


def test_what_is_accepted_but_found_no_more_is_told() -> None:
    assert findings.judged([], {FOUND}) == ([], [FOUND])


def entry(path: Path, **values: Value) -> Path:
    path.write_text(json.dumps([{"check": FOUND.check, "subjects": [FOUND.subject], "at": [FOUND.at], **values}]))
    return path


@pytest.mark.parametrize("reason", [{}, {"reason": " "}])
def test_nothing_is_accepted_without_a_reason(tmp_path: Path, reason: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="without a reason"):
        findings.accepted(entry(tmp_path / "accepted.yaml", **reason))


def test_what_has_a_reason_is_accepted(tmp_path: Path) -> None:
    assert findings.accepted(entry(tmp_path / "accepted.yaml", reason="It must.")) == {FOUND}


def test_every_trust_policy_names_its_version() -> None:
    roles = parsed.resources("AWS::IAM::Role")

    assert [each for each in roles if each.properties["AssumeRolePolicyDocument"].get("Version") != "2012-10-17"] == []
