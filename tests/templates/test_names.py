"""Names are those that AWS takes, and policies name what is there, also where the stack's own name is long."""

from fnmatch import fnmatchcase

import pytest

from deployment import naming
from local.emulator.name_limits import LIMITS, given
from tests.templates import deployed, parsed
from tests.templates.deployed import CUT, EVERYTHING, Deployed
from tests.templates.parsed import Value

LONGEST_REGION = "ap-southeast-1"
MADE_UP = "1A2B3C4D5E6F7"
"""The end of a name that CloudFormation makes up: 12 or 13 characters."""
NESTED = f"course-platform-eu1-Videos-{MADE_UP}"
LONGEST = "x" * naming.LONGEST_STACK
STACKS = [
    pytest.param(NESTED, {}, id="nested"),
    pytest.param(f"{LONGEST}"[:114] + f"-{MADE_UP}", naming.prefix(LONGEST), id="longest"),
]
"""docs/stack.md: a parent of 19 characters needs no NamePrefix; every longer one does."""


@pytest.fixture(autouse=True)
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployed, "REGION", LONGEST_REGION)


def stack(name: str, parameters: dict[str, str]) -> Deployed:
    return Deployed("template.yaml", name, {**EVERYTHING, **parameters})


@pytest.mark.parametrize(("name", "parameters"), STACKS)
def test_no_name_is_longer_than_its_service_takes(name: str, parameters: dict[str, str]) -> None:
    names = [
        (str(given(made.properties, place)), longest)
        for made in stack(name, parameters).resources()
        for place, longest in [LIMITS.get(made.kind.replace("Serverless", "Lambda"), ("", 0))]
        if place
    ]

    assert [(each, longest) for each, longest in names if len(each) > longest] == []
    assert len([each for each, _ in names if each]) > 40


def test_the_longest_name_of_a_parent_that_needs_no_prefix_is_that_of_the_document() -> None:
    document = (parsed.REPOSITORY / "docs" / "stack.md").read_text()

    assert len(NESTED) == naming.LONGEST_PREFIX
    assert f"more than {len(NESTED.split('-Videos-')[0])} characters" in document


OF_CUT_NAMES = (":function:", ":role/")


def named(statement: Value) -> list[str]:
    """The functions and roles that a statement speaks of."""
    resources = parsed.listed(statement.get("Resource", []))
    conditions = [value for each in statement.get("Condition", {}).values() for value in each.values()]
    arns = [each for value in (*resources, *conditions) for each in parsed.listed(value)]
    return [str(arn) for arn in arns if str(arn).startswith("arn:") and any(part in str(arn) for part in OF_CUT_NAMES)]


@pytest.mark.parametrize(("name", "parameters"), STACKS)
def test_a_policy_finds_functions_and_roles_whose_names_cloudformation_has_cut(
    name: str, parameters: dict[str, str]
) -> None:
    resources = list(stack(name, parameters).resources())
    there = [each.arn for each in resources if each.kind in CUT]
    statements = [
        value
        for each in resources
        for value in parsed.walk(each.properties)
        if isinstance(value, dict) and "Effect" in value
    ]

    missed = {arn for each in statements for arn in named(each) if not any(fnmatchcase(found, arn) for found in there)}

    assert missed == set()
