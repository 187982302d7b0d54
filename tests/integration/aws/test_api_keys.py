from datetime import timedelta
from typing import Any

from tests import samples
from tests.integration.conftest import TABLE
from vod import clock
from vod.access.api_key import ApiKey
from vod.access.scopes import Scope
from vod.access.upload_token import UploadToken
from vod.aws.api_keys import SEEN, DynamoApiKeys
from vod.aws.request_rates import DynamoRequestRates
from vod.aws.upload_tokens import DynamoUploadTokens
from vod.aws.videos import DynamoVideos

FIRST = ApiKey("1" * 16, "d1", "ann", "CI", (Scope.READ, Scope.UPLOAD), "2026-01-02T03:04:05.000Z")
SECOND = ApiKey("2" * 16, "d2", "ann", "Site", (Scope.READ,), "2026-01-03T03:04:05.000Z", clock.stamp(samples.NOW))


def test_keys_are_stored_listed_by_owner_and_removed(table: Any) -> None:
    keys = DynamoApiKeys(table, TABLE)
    for key in (SECOND, FIRST, ApiKey("3" * 16, "d3", "bob", "his", (Scope.MANAGE,), "2026-01-01T00:00:00.000Z")):
        keys.put(key)

    assert keys.of("ann") == (FIRST, SECOND)
    assert [keys.get(FIRST.id), keys.get(SECOND.id), keys.get("0" * 16)] == [FIRST, SECOND, None]

    keys.used(FIRST.id, "2026-02-01T00:00:00.000Z")
    keys.remove(SECOND.id)
    keys.remove(SECOND.id)
    keys.used(SECOND.id, "2026-02-01T00:00:00.000Z")  # a key that is revoked does not come back by being used

    assert [key.used_at for key in keys.of("ann")] == ["2026-02-01T00:00:00.000Z"]


def test_keys_are_no_videos(table: Any) -> None:
    DynamoApiKeys(table, TABLE).put(FIRST)

    videos = DynamoVideos(table, TABLE)
    assert videos.page("ann", None, 10, None).videos == ()
    assert videos.page(None, None, 10, None).videos == ()


def test_an_expired_key_stays_to_be_seen_for_a_while(table: Any) -> None:
    DynamoApiKeys(table, TABLE).put(SECOND)

    item = table.get_item(TableName=TABLE, Key={"pk": {"S": f"APIKEY#{SECOND.id}"}, "sk": {"S": "APIKEY"}})["Item"]
    assert int(item["expiresAt"]["N"]) == int((samples.NOW + SEEN).timestamp())


def test_an_upload_token_is_found_by_its_id_alone(table: Any) -> None:
    tokens, token = DynamoUploadTokens(table, TABLE), UploadToken("ab" * 32, "1" * 20, "ann", 1_800_000_000)
    tokens.put(token)

    assert (tokens.get("ab" * 32), tokens.get("cd" * 32)) == (token, None)


def test_requests_are_counted_by_key_and_minute(table: Any) -> None:
    rates, now = DynamoRequestRates(table, TABLE), samples.NOW

    assert [rates.count("k", now), rates.count("k", now), rates.count("other", now)] == [1, 2, 1]
    assert rates.count("k", now + timedelta(minutes=1)) == 1


def test_where_nobody_can_count_nobody_is_refused(table: Any) -> None:
    assert DynamoRequestRates(table, "no-such-table").count("k", samples.NOW) == 0
