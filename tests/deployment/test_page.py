"""The page in its bucket."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployment import page
from deployment.stack import Stack

OUTPUTS = {"PageBucketName": "page", "LoginUrl": "https://login", "PageClientId": "app"}
PARAMETERS = {"MaxSourceGiB": "2", "PlaybackAccess": "private"}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3", aws_access_key_id="test", aws_secret_access_key="test")
        client.create_bucket(Bucket="page")
        yield client


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    folder = tmp_path / "profiles"
    folder.mkdir()
    for name in ("av1", "default"):
        (folder / f"{name}.json").write_text(json.dumps({"description": name.upper()}))
    return folder


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    for name in ("index.html", "embed.html", "favicon.svg", "assets/index-1.js", ".stamp"):
        (folder / name).write_text(name)
    return folder


def test_every_file_is_there_with_its_type_and_how_long_it_is_good(s3: Any, built: Path, profiles: Path) -> None:
    count = page.publish(s3, built, Stack("CREATE_COMPLETE", PARAMETERS, OUTPUTS), profiles)

    stored = {entry["Key"] for entry in s3.list_objects_v2(Bucket="page")["Contents"]}
    code = s3.head_object(Bucket="page", Key="assets/index-1.js")
    start = s3.head_object(Bucket="page", Key="index.html")
    assert stored == {"index.html", "embed.html", "favicon.svg", "assets/index-1.js", "config.json"}
    assert count == 5
    assert (code["ContentType"], code["CacheControl"]) == ("text/javascript; charset=utf-8", page.FOREVER)
    assert (start["ContentType"], start["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")


def test_the_configuration_is_the_stack_s(s3: Any, built: Path, profiles: Path) -> None:
    page.publish(s3, built, Stack("CREATE_COMPLETE", PARAMETERS, OUTPUTS), profiles)

    config = json.loads(s3.get_object(Bucket="page", Key="config.json")["Body"].read())
    assert config["auth"] == {"domain": "https://login", "clientId": "app", "scopes": ["openid", "email"]}
    assert [profile["name"] for profile in config["profiles"]] == ["default", "av1"]
    assert (config["playbackAccess"], config["limits"]) == ("private", {"maxSourceBytes": 2 * 2**30})


class Recorder:
    """An S3 that notes the order of what is stored."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def put_object(self, **request: Any) -> None:
        self.keys.append(request["Key"])


def test_what_names_the_others_comes_last(built: Path, profiles: Path) -> None:
    recorder = Recorder()

    page.publish(recorder, built, Stack("CREATE_COMPLETE", PARAMETERS, OUTPUTS), profiles)

    assert recorder.keys[-2:] == ["embed.html", "index.html"]
