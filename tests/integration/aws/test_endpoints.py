from dataclasses import replace
from typing import Any

import boto3
import pytest

from tests.integration.conftest import TABLE
from vod.access.endpoint import Delivery, Endpoint
from vod.aws.endpoints import DynamoDeliveries, DynamoEndpoints, SsmEndpointSecrets
from vod.aws.videos import DynamoVideos

FIRST = Endpoint("1" * 16, "ann", "https://example.com/1", ("VideoReady",), "2026-01-02T03:04:05.000Z")
SECOND = Endpoint("2" * 16, "ann", "https://example.com/2", ("VideoFailed",), "2026-01-03T03:04:05.000Z", False)


def test_endpoints_are_stored_listed_by_owner_changed_and_removed(table: Any) -> None:
    endpoints = DynamoEndpoints(table, TABLE)
    for each in (SECOND, FIRST, replace(FIRST, id="3" * 16, owner="bob")):
        endpoints.put(each)

    assert endpoints.of("ann") == (FIRST, SECOND)
    assert endpoints.amend(FIRST.id, lambda found: replace(found, is_on=False)) == replace(FIRST, is_on=False)
    assert endpoints.get(FIRST.id) == replace(FIRST, is_on=False)
    endpoints.remove(FIRST.id)
    assert endpoints.amend(FIRST.id, lambda found: found) is None
    assert (endpoints.get(FIRST.id), endpoints.of("ann")) == (None, (SECOND,))
    assert DynamoVideos(table, TABLE).page(None, None, 10, None).videos == ()


def test_a_change_at_the_same_time_is_not_lost(table: Any) -> None:
    endpoints = DynamoEndpoints(table, TABLE)
    endpoints.put(FIRST)
    others = iter([True, False])

    def change(found: Endpoint) -> Endpoint:
        if next(others):
            endpoints.amend(FIRST.id, lambda fresh: replace(fresh, url="https://example.com/new"))
        return replace(found, is_on=False)

    endpoints.amend(FIRST.id, change)

    assert endpoints.get(FIRST.id) == replace(FIRST, url="https://example.com/new", is_on=False)


def test_deliveries_are_listed_newest_first_for_thirty_days(table: Any) -> None:
    deliveries = DynamoDeliveries(table, TABLE)
    made = [Delivery(f"{number:013d}-000000000000", "VideoReady", "v", "{}", "t") for number in range(5)]
    for each in made:
        deliveries.put("e", each)
    deliveries.put("other", made[0])

    assert deliveries.latest("e", 3) == tuple(made[:1:-1])
    deliveries.put("e", replace(made[4], state="delivered", tries=2, status=204))
    assert deliveries.get("e", made[4].id) == replace(made[4], state="delivered", tries=2, status=204)
    assert deliveries.get("e", "none") is None


@pytest.mark.usefixtures("s3")
def test_secrets_are_encrypted_replaced_and_forgotten() -> None:
    client = boto3.client("ssm")
    secrets = SsmEndpointSecrets(client, "/stack/webhooks")

    secrets.put("e", "one")
    secrets.put("e", "two")

    assert client.describe_parameters()["Parameters"][0]["Type"] == "SecureString"
    assert (secrets.get("e"), secrets.get("none")) == ("two", None)
    secrets.remove("e")
    secrets.remove("e")
    assert secrets.get("e") is None
