"""An update from the release before keeps what holds data: same logical ids, nothing that replaces a resource."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests import releases
from tests.templates import parsed, resolved

HOLDS_DATA = (
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
)
# What AWS's schemas do not tell: these cannot be changed in a pool that there is.
FIXED_IN_POOLS = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "Schema")
Resources = Mapping[str, Any]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    release = releases.previous()
    if not release:
        pytest.skip("NO RELEASE BEFORE THIS ONE IN SIGHT: fetch the tags, or the history")
    return stateful(releases.unpack(release, tmp_path_factory.mktemp("release")))


@pytest.fixture(scope="module")
def now() -> Resources:
    found = stateful(parsed.REPOSITORY)
    # `make deploy` keeps the pool of a stack of before 0.2 as it is.
    kept = resolved.resources("Identity", "us-east-1", SignInWith="username")["UserPool"]
    return {**found, "Identity/UserPool": {**found["Identity/UserPool"], "Properties": kept}}


def stateful(checkout: Path) -> Resources:
    return {path: found for path, found in parsed.resources_of(checkout) if found["Type"] in HOLDS_DATA}


def fixed(kind: str) -> Iterator[str]:
    """The properties whose change makes CloudFormation replace a resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    for pointer in schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", []):
        yield pointer.split("/")[2]
    yield from FIXED_IN_POOLS if kind == "AWS::Cognito::UserPool" else ()


def replaced(old: Any, new: Any) -> list[str]:
    """What an update would replace a resource for."""
    was, becomes = old.get("Properties") or {}, new.get("Properties") or {}
    changed = [name for name in fixed(old["Type"]) if was.get(name) != becomes.get(name)]
    return changed if old["Type"] == new["Type"] else ["Type"]


def test_the_walk_finds_what_holds_data(now: Resources) -> None:
    assert {"Storage/SourceBucket", "Storage/OutputBucket", "Storage/Table", "Identity/UserPool"} <= now.keys()


def test_nothing_that_holds_data_has_gone_or_moved(before: Resources, now: Resources) -> None:
    assert before.keys() <= now.keys()


def test_nothing_that_holds_data_is_replaced(before: Resources, now: Resources) -> None:
    why = {path: replaced(old, now[path]) for path, old in before.items() if path in now}

    assert {path: names for path, names in why.items() if names} == {}


def test_a_changed_key_would_be_noticed(now: Resources) -> None:
    table = now["Storage/Table"]
    other = {**table, "Properties": {**table["Properties"], "KeySchema": [], "TableName": "mine"}}

    assert sorted(replaced(table, other)) == ["KeySchema", "TableName"]


def test_a_new_stack_s_users_are_called_by_their_address_in_any_case() -> None:
    pool = resolved.resources("Identity", "us-east-1")["UserPool"]

    assert (pool["UsernameAttributes"], pool["UsernameConfiguration"]) == (["email"], {"CaseSensitive": False})
    assert "AliasAttributes" not in pool
