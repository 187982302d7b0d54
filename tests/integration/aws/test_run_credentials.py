"""Tokens of runs in the table, and sessions in STS."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from tests import samples
from tests.integration.conftest import TABLE
from vod import clock
from vod.aws.run_sessions import SESSION_SECONDS, StsRunSessions
from vod.aws.run_tokens import DynamoRunTokens
from vod.aws.videos import DynamoVideos


def test_a_run_s_tokens_are_its_own_and_go_with_the_video(table: Any) -> None:
    tokens = DynamoRunTokens(table, TABLE)
    tokens.add("v", "r1", "a")
    tokens.add("v", "r1", "b")
    tokens.add("v", "r2", "c")

    assert tokens.accepted("v", "r1") == {"a", "b"}
    assert tokens.accepted("v", "r3") == frozenset()
    DynamoVideos(table, TABLE).delete("v")
    assert tokens.accepted("v", "r1") == frozenset()


def test_progress_is_filed_apart_and_goes_with_the_video(table: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    videos.create(samples.video())
    videos.note_chunk(samples.VIDEO_ID, samples.RUN, 3, 75)

    (noted,) = [item for item in table.scan(TableName=TABLE)["Items"] if item["pk"]["S"].startswith("PROGRESS#")]
    assert noted["sk"]["S"] == f"CHUNK#{samples.RUN}#00003"
    assert videos.chunk_frames(samples.VIDEO_ID, samples.RUN) == {3: 75}
    videos.delete(samples.VIDEO_ID)
    assert table.scan(TableName=TABLE)["Items"] == []


def test_a_session_ends_soon(table: Any) -> None:
    sts = boto3.client("sts", region_name="us-east-1")

    given = StsRunSessions(sts, "arn:aws:iam::123456789012:role/run").begin("video-run", {"Version": "2012-10-17"})

    left = clock.parse(given.expiration) - datetime.now(UTC)
    assert timedelta(0) < left <= timedelta(seconds=SESSION_SECONDS + 5)


def test_what_a_task_that_was_taken_over_wrote_among_its_progress_breaks_no_list(table: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    videos.create(samples.video())
    strange: list[tuple[str, dict[str, Any]]] = [
        (f"CHUNK#{samples.RUN}#zz", {"frames": {"N": "1"}}),
        (f"CHUNK#{samples.RUN}#00001", {"frames": {"S": "x"}}),
        ("VIDEO", {"kind": {"S": "VIDEO"}, "owner": {"S": "ann"}, "createdAt": {"S": "2999-01-01T00:00:00.000Z"}}),
    ]
    for sk, fields in strange:
        table.put_item(TableName=TABLE, Item={"pk": {"S": f"PROGRESS#{samples.VIDEO_ID}"}, "sk": {"S": sk}, **fields})

    assert videos.chunk_frames(samples.VIDEO_ID, samples.RUN) == {}
    for owner in ("ann", None):
        assert [video.id for video in videos.page(owner, None, 10, None).videos] == [samples.VIDEO_ID]
