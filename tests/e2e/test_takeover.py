"""Whoever has taken over an encoder's task, with all that it holds, reaches its own run and nothing else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.api import Api
from local.platform import Platform
from tests.e2e import encoders
from tests.e2e.conftest import Video, ended
from tests.local.aws import until
from tests.media.generate import clip
from vod import keys

Made = Callable[[str], str]
REFUSED = ("AccessDenied", "AccessDeniedException", "403")


@dataclass(frozen=True)
class Taken:
    """A running task's variables and its run: of a video of the same platform as the victim's."""

    environment: dict[str, str]
    video_id: str
    run: str
    version: str
    endpoint: str

    @property
    def own(self) -> boto3.Session:
        """With the task's own role."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
        return boto3.Session(*(self.environment[name] for name in names))

    def client(self, session: boto3.Session, service: str) -> Any:
        return session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def asked(self, video_id: str, run: str, token: str) -> dict[str, Any]:
        """What the function that hands out credentials answers the task."""
        question = json.dumps({"videoId": video_id, "run": run, "token": token})
        answer = self.client(self.own, "lambda").invoke(
            FunctionName=self.environment["CREDENTIALS_FUNCTION"], Payload=question
        )
        return dict(json.loads(answer["Payload"].read()))

    @property
    def of_run(self) -> boto3.Session:
        """With what the task is handed for its run."""
        given = self.asked(self.video_id, self.run, self.environment["RUN_TOKEN"])
        assert given["outcome"] == "granted", given
        region = self.environment["AWS_REGION"]
        return boto3.Session(given["accessKey"], given["secretKey"], given["sessionToken"], region)


@pytest.fixture(scope="module")
def taken(platform: Platform, api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    film = clip(tmp_path_factory.mktemp("media") / "film.mp4", seconds=48, size="640x360")
    video_id = api.upload(film, lambda _: None)
    until(lambda: encoders.encoder_processes(video_id) or None, 60)
    with encoders.held(video_id):
        record = item(platform, f"VIDEO#{video_id}", "VIDEO")
        version = record["source"]["M"]["version"]["S"]
        yield Taken(environment(video_id), video_id, record["run"]["S"], version, platform.endpoint)
    ended(api, video_id)


@pytest.fixture(scope="module")
def remaking(platform: Platform, api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """A task that makes one rendition of a video anew which is watched meanwhile."""
    video_id = api.upload(
        clip(tmp_path_factory.mktemp("media") / "short.mp4", seconds=12, size="640x360"), lambda _: None
    )
    assert ended(api, video_id)["status"] == "ready"
    api.call("POST", f"/videos/{video_id}/retry", {"rendition": "v240"})
    until(lambda: encoders.encoder_processes(video_id) or None, 60)
    with encoders.held(video_id):
        record = item(platform, f"VIDEO#{video_id}", "VIDEO")
        run = record["remake"]["M"]["run"]["S"]
        yield Taken(environment(video_id), video_id, run, record["source"]["M"]["version"]["S"], platform.endpoint)


def environment(video_id: str) -> dict[str, str]:
    """The variables of the task: its encoder hides them, what started it in the container's place does not."""
    for process in encoders.encoder_processes(video_id):
        try:
            words = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
        except PermissionError:
            continue
        found = dict(word.split("=", 1) for word in words if "=" in word)
        if "RUN_TOKEN" in found:
            return found
    raise AssertionError("no process of the task shows its variables")


def item(platform: Platform, pk: str, sk: str) -> dict[str, Any]:
    (table,) = platform.clients.dynamodb.list_tables()["TableNames"]
    found = platform.clients.dynamodb.get_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    return dict(found["Item"])


def is_refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] in REFUSED, error
        return True
    return False


def test_its_own_role_reaches_no_data(taken: Taken, made: Made, video: Video) -> None:
    s3, table = taken.client(taken.own, "s3"), taken.client(taken.own, "dynamodb")
    source, output, name = made("SourceBucket"), made("OutputBucket"), made("Table")
    plan, key = keys.plan_key(taken.video_id, taken.run), {"pk": {"S": f"VIDEO#{video['id']}"}, "sk": {"S": "VIDEO"}}

    assert is_refused(lambda: s3.get_object(Bucket=output, Key=plan))
    assert is_refused(lambda: s3.put_object(Bucket=output, Key=f"videos/{video['id']}/x.html", Body=b"x"))
    assert is_refused(lambda: s3.get_object(Bucket=source, Key=keys.source_key(taken.video_id)))
    assert is_refused(lambda: s3.list_objects_v2(Bucket=output))
    assert is_refused(lambda: table.get_item(TableName=name, Key=key))
    assert is_refused(lambda: taken.client(taken.own, "lambda").invoke(FunctionName=made("DeleteFunction")))
    role = f"arn:aws:iam::123456789012:role/{made('RunRole')}"
    assert is_refused(lambda: taken.client(taken.own, "sts").assume_role(RoleArn=role, RoleSessionName="taken"))


def test_its_token_opens_no_other_run(taken: Taken, platform: Platform, video: Video) -> None:
    token, other = taken.environment["RUN_TOKEN"], item(platform, f"VIDEO#{video['id']}", "VIDEO")["run"]["S"]

    assert taken.asked(video["id"], other, token) == {"outcome": "unwanted"}
    assert taken.asked(taken.video_id, other, token) == {"outcome": "unwanted"}
    assert taken.asked(taken.video_id, taken.run, token[:-1]) == {"outcome": "unwanted"}


def test_the_rights_of_its_run_change_nothing_of_another_video(
    taken: Taken, platform: Platform, made: Made, video: Video
) -> None:
    s3, victim = taken.client(taken.of_run, "s3"), item(platform, f"VIDEO#{video['id']}", "VIDEO")
    source, output, run = made("SourceBucket"), made("OutputBucket"), victim["run"]["S"]
    played = keys.run_prefix(video["id"], run)

    written = [f"{played}v240/init.mp4", f"{played}v240/00000.m4s", f"{played}x.html", keys.plan_key(video["id"], run)]
    written += [keys.report_key(video["id"], run, 0), f"videos/{video['id']}/x.html", "videos/x.html", "index.html"]
    for key in written:
        assert is_refused(lambda key=key: s3.put_object(Bucket=output, Key=key, Body=b"x")), key  # type: ignore[misc]
    assert is_refused(lambda: s3.get_object(Bucket=output, Key=f"{played}v240/init.mp4"))
    version = victim["source"]["M"]["version"]["S"]
    assert is_refused(lambda: s3.get_object(Bucket=source, Key=keys.source_key(video["id"]), VersionId=version))
    assert is_refused(lambda: s3.get_object(Bucket=source, Key=keys.source_key(taken.video_id)))
    assert is_refused(lambda: s3.delete_object(Bucket=output, Key=f"{played}v240/init.mp4"))


def test_nor_do_they_write_records_and_shares(taken: Taken, made: Made, video: Video) -> None:
    table = taken.client(taken.of_run, "dynamodb")

    def change(pk: str, sk: str, name: str) -> Callable[[], Any]:
        return lambda: table.update_item(
            TableName=made("Table"),
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": {"S": "x"}},
        )

    assert is_refused(change(f"VIDEO#{video['id']}", "VIDEO", "owner"))
    assert is_refused(change(f"VIDEO#{video['id']}", "SHARE#x", "hash"))
    assert is_refused(change(f"VIDEO#{taken.video_id}", "VIDEO", "owner"))
    assert is_refused(change(f"VIDEO#{taken.video_id}", keys.token_sort_key(taken.run), "hashes"))
    assert is_refused(change(f"PROGRESS#{video['id']}", keys.chunk_sort_key("r", 0), "frames"))
    key = {"pk": {"S": f"VIDEO#{video['id']}"}, "sk": {"S": "VIDEO"}}
    assert is_refused(lambda: table.get_item(TableName=made("Table"), Key=key))
    assert is_refused(lambda: table.put_item(TableName=made("Table"), Item=key))
    assert is_refused(lambda: table.scan(TableName=made("Table")))


def test_of_its_own_run_it_writes_only_what_encoders_write(taken: Taken, made: Made) -> None:
    s3, table, output = taken.client(taken.of_run, "s3"), taken.client(taken.of_run, "dynamodb"), made("OutputBucket")
    prefix, plan = keys.run_prefix(taken.video_id, taken.run), keys.plan_key(taken.video_id, taken.run)

    for key in (
        plan,
        prefix + "storyboard.vtt",
        prefix + "index.m3u8",
        prefix + "index.mpd",
        prefix + "v240/index.m3u8",
        prefix + "x.html",
    ):
        assert is_refused(lambda key=key: s3.put_object(Bucket=output, Key=key, Body=b"x")), key  # type: ignore[misc]
    own = {"Bucket": made("SourceBucket"), "Key": keys.source_key(taken.video_id), "VersionId": taken.version}
    assert s3.get_object(**own)["ContentLength"]
    assert s3.get_object(Bucket=output, Key=plan)["ContentLength"]
    for name in ("v999/00000.m4s", "t9/subtitles.vtt", "x.jpg"):
        s3.put_object(Bucket=output, Key=prefix + name, Body=b"x")
        assert s3.get_object(Bucket=output, Key=prefix + name)["ContentLength"] == 1
    key = {"pk": {"S": f"PROGRESS#{taken.video_id}"}, "sk": {"S": keys.chunk_sort_key("none", 0)}}

    def change(attribute: str) -> None:
        table.update_item(
            TableName=made("Table"),
            Key=key,
            UpdateExpression="SET #a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues={":v": {"S": "x"}},
        )

    change("frames")
    for attribute in ("owner", "kind", "createdAt", "pending", "updatedAt", "status"):  # what the indexes list by
        assert is_refused(lambda attribute=attribute: change(attribute)), attribute  # type: ignore[misc]


def test_whoever_makes_one_rendition_anew_writes_its_track_alone(
    remaking: Taken, platform: Platform, made: Made
) -> None:
    s3, output = remaking.client(remaking.of_run, "s3"), made("OutputBucket")
    watched = item(platform, f"VIDEO#{remaking.video_id}", "VIDEO")["run"]["S"]
    prefix = keys.run_prefix(remaking.video_id, watched)
    track = prefix + keys.remade_track("v240", remaking.run)

    for key in ("v240/init.mp4", "v240/00000.m4s", "v360/00000.m4s", "a0/init.mp4", "poster.jpg", "index.m3u8"):
        assert is_refused(lambda key=key: s3.put_object(Bucket=output, Key=prefix + key, Body=b"x")), key  # type: ignore[misc]
    assert is_refused(lambda: s3.put_object(Bucket=output, Key=f"{track}/index.m3u8", Body=b"x"))
    s3.put_object(Bucket=output, Key=f"{track}/99999.m4s", Body=b"x")
    assert s3.get_object(Bucket=output, Key=f"{track}/99999.m4s")["ContentLength"] == 1


def test_when_the_run_is_over_its_token_is_worth_nothing(taken: Taken, api: Api) -> None:
    api.call("POST", f"/videos/{taken.video_id}/cancel")

    assert taken.asked(taken.video_id, taken.run, taken.environment["RUN_TOKEN"]) == {"outcome": "unwanted"}
