from typing import Any

import pytest

from tests.integration.conftest import TABLE
from vod.aws import creations
from vod.aws.creations import DynamoCreations
from vod.record.creation import Creation

FIRST, SECOND = Creation("1" * 20, "digest"), Creation("2" * 20, "other")


def test_the_first_creation_of_a_key_stands_for_a_day(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = DynamoCreations(table, TABLE)

    assert filed.claim("ann", "k", FIRST) == FIRST
    assert filed.claim("ann", "k", SECOND) == FIRST
    assert filed.claim("bob", "k", SECOND) == SECOND
    assert filed.claim("ann", "other", SECOND) == SECOND

    now = creations.time.time()
    monkeypatch.setattr(creations.time, "time", lambda: now + creations.KEPT_SECONDS + 1)
    assert filed.claim("ann", "k", SECOND) == SECOND
