import errno
import os
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from tests.arrivals import arrived
from tests.integration.conftest import OUTPUT, SOURCE
from vod.aws.bodies import ObjectBytes
from vod.aws.objects import S3Output, S3SourceFiles, S3Sources
from vod.aws.ranged import RangedFile
from vod.errors import Conflict, NotFound
from vod.plan.plan import SourceObject
from vod.steps.parts import MIB
from vod.wiring import on_request

KEY = "uploads/x/source"


def test_output_is_typed_and_cached_by_what_it_is(s3: Any) -> None:
    output = S3Output(s3, OUTPUT)
    types = {
        "a/00000.m4s": "video/iso.segment",
        "a/init.mp4": "video/mp4",
        "s0/subtitles.vtt": "text/vtt; charset=utf-8",
        "index.m3u8": "application/vnd.apple.mpegurl",
        "index.mpd": "application/dash+xml",
        "poster.jpg": "image/jpeg",
    }
    for name in types:
        output.put(name, b"data")

    segment, manifest = (
        s3.head_object(Bucket=OUTPUT, Key="a/00000.m4s"),
        s3.head_object(Bucket=OUTPUT, Key="index.m3u8"),
    )

    assert "immutable" in segment["CacheControl"]
    assert manifest["CacheControl"] == "public, max-age=2"
    assert {name: s3.head_object(Bucket=OUTPUT, Key=name)["ContentType"] for name in types} == types


def test_what_has_many_objects_is_listed_by_its_folders(s3: Any) -> None:
    output = S3Output(s3, OUTPUT)
    made = {f"videos/x/r/v{rung}/{number:05d}.m4s": rung + 1 for rung in range(3) for number in range(400)}
    made |= {"videos/x/r/index.mpd": 4}
    for key, size in made.items():
        s3.put_object(Bucket=OUTPUT, Key=key, Body=bytes(size))
    asked: list[str] = []
    s3.meta.events.register("before-call.s3.ListObjectsV2", lambda params, **_: asked.append(params["url_path"]))

    assert output.sizes("videos/x/r/") == made

    assert len(asked) == 1 + 1 + 3


def test_output_is_listed_read_and_removed_by_prefix(s3: Any) -> None:
    output = S3Output(s3, OUTPUT)
    for number in range(1005):
        s3.put_object(Bucket=OUTPUT, Key=f"videos/x/{number}", Body=b"12")
    output.put("videos/y/index.mpd", b"kept")

    assert sum(output.sizes("videos/x/").values()) == 2010
    assert output.delete_all("videos/x/") == 1005
    assert output.get("videos/y/index.mpd") == b"kept"
    with pytest.raises(KeyError):
        output.get("videos/x/0")


def test_folders_are_listed_from_where_it_goes_on(s3: Any) -> None:
    output = S3Output(s3, OUTPUT)
    for folder in ("videos/a", "videos/ab", "videos/b/r", "jobs/c"):
        output.put(f"{folder}/index.mpd", b"x")

    assert output.folders("videos/") == ("videos/a/", "videos/ab/", "videos/b/")
    assert output.folders("videos/", "videos/a/") == ("videos/ab/", "videos/b/")
    assert output.folders("videos/", "videos/b/") == ()
    assert output.folders("videos/b/") == ("videos/b/r/",)


def test_sources_are_listed_by_their_current_version(s3: Any) -> None:
    sources = S3Sources(s3, SOURCE)
    for key, data in (
        ("ingest/a", b"1"),
        ("ingest/a", b"22"),
        ("uploads/b/source", b"333"),
        ("uploads/c/source", b"4"),
    ):
        s3.put_object(Bucket=SOURCE, Key=key, Body=data)
    s3.delete_object(Bucket=SOURCE, Key="uploads/c/source")

    assert [(found.key, found.size) for found in sources.stored_after("")] == [("ingest/a", 2), ("uploads/b/source", 3)]
    assert [found.key for found in sources.stored_after("ingest/a")] == ["uploads/b/source"]
    assert sources.stored_after("uploads/c/source") == ()
    current = sources.current("ingest/a")
    assert current and sources.stored_size("ingest/a", current.version) == 2
    assert sources.current("ingest") is None
    assert sources.current("uploads/c/source") is None
    assert (sources.versions("ingest/a"), sources.versions("ingest/a", current.version)) == (2, 1)


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_presigned_addresses_are_regional_and_sign_the_length(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    env = {"TABLE_NAME": "t", "SOURCE_BUCKET": SOURCE, "MAX_SOURCE_GIB": "1", "SINGLE_PUT_MAX_MIB": "1"}
    env |= {"ARCHITECTURE": "arm64", "DAILY_UPLOAD_PER_OWNER_GIB": "0"}
    sources = on_request.uploads(env | {"DIRECT_UPLOAD_MAX_MIB": "1", "UPLOAD_EXPIRY_HOURS": "1"}).sources

    url, headers = sources.put_url(KEY, 1000, "video/mp4", 60)

    assert url.startswith(f"https://{SOURCE}.s3.{region}.amazonaws.com/{KEY}?")
    assert "SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match" in url
    assert headers == {"Content-Type": "video/mp4", "If-None-Match": "*"}


def test_parts_arrive_are_listed_and_joined(s3: Any) -> None:
    sources = S3Sources(s3, SOURCE)
    upload = sources.begin_parts(KEY, "video/mp4")
    for number, size in ((1, 5 * MIB), (2, 10)):
        s3.upload_part(Bucket=SOURCE, Key=KEY, UploadId=upload, PartNumber=number, Body=bytes(size))

    parts = sources.parts(KEY, upload)
    sources.complete_parts(KEY, upload, parts)

    assert [(part.number, part.size) for part in parts] == [(1, 5 * MIB), (2, 10)]
    assert s3.head_object(Bucket=SOURCE, Key=KEY)["ContentLength"] == 5 * MIB + 10


def test_a_source_is_written_once_whichever_way_it_comes(s3: Any) -> None:
    sources = S3Sources(s3, SOURCE)
    upload = sources.begin_parts(KEY, None)
    s3.upload_part(Bucket=SOURCE, Key=KEY, UploadId=upload, PartNumber=1, Body=b"in parts")
    sources.put(KEY, b"first", None)

    sources.put(KEY, b"again", None)
    sources.complete_parts(KEY, upload, sources.parts(KEY, upload))

    assert sources.versions(KEY) == 1
    assert s3.get_object(Bucket=SOURCE, Key=KEY)["Body"].read() == b"first"


def test_a_wrong_tag_is_a_conflict_and_a_gone_upload_is_not_found(s3: Any) -> None:
    sources = S3Sources(s3, SOURCE)
    upload = sources.begin_parts(KEY, None)
    s3.upload_part(Bucket=SOURCE, Key=KEY, UploadId=upload, PartNumber=1, Body=b"x")
    (part,) = sources.parts(KEY, upload)

    with pytest.raises(Conflict):
        sources.complete_parts(KEY, upload, [type(part)(2, "0" * 32, 1)])
    sources.abort_parts(KEY, upload)
    with pytest.raises(NotFound):
        sources.parts(KEY, upload)


def refusing_to_join(code: str) -> S3Sources:
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "CompleteMultipartUpload")
    return S3Sources(Mock(complete_multipart_upload=Mock(side_effect=error)), SOURCE)


def test_parts_that_another_call_joins_or_has_joined_are_not_called_missing() -> None:
    with pytest.raises(Conflict, match="again in a moment") as conflict:
        refusing_to_join("ConditionalRequestConflict").complete_parts(KEY, "upload", [])
    with pytest.raises(NotFound):
        refusing_to_join("NoSuchUpload").complete_parts(KEY, "upload", [])

    assert conflict.value.code == "busy"


def test_every_version_of_a_source_is_removed_and_no_other(s3: Any) -> None:
    sources = S3Sources(s3, SOURCE)
    for data in (b"one", b"two"):
        s3.put_object(Bucket=SOURCE, Key=KEY, Body=data)
    sources.put(KEY + "-another", b"kept", None)
    s3.delete_object(Bucket=SOURCE, Key=KEY)

    assert sources.delete_versions(KEY) == 3
    left = s3.list_object_versions(Bucket=SOURCE)["Versions"]
    assert [version["Key"] for version in left] == [KEY + "-another"]


def test_the_exact_version_is_fetched(s3: Any, tmp_path: Path) -> None:
    first = s3.put_object(Bucket=SOURCE, Key=KEY, Body=b"first")["VersionId"]
    s3.put_object(Bucket=SOURCE, Key=KEY, Body=b"second")

    source = SourceObject(bucket=SOURCE, key=KEY, version=first, size=5)
    assert arrived(S3SourceFiles(s3, SOURCE), source, [(0, 5)], tmp_path / "source") == b"first"


def test_ranges_are_fetched_to_their_places_and_the_rest_is_a_hole(s3: Any, tmp_path: Path) -> None:
    data = bytes(range(1, 251)) * 100_000
    version = s3.put_object(Bucket=SOURCE, Key=KEY, Body=data)["VersionId"]
    source = SourceObject(bucket=SOURCE, key=KEY, version=version, size=len(data))

    copy = arrived(S3SourceFiles(s3, SOURCE), source, [(0, 10), (9_000_000, 24_000_000)], tmp_path / "source")

    assert len(copy) == len(data)
    assert copy[:10] == data[:10]
    assert copy[9_000_000:24_000_000] == data[9_000_000:24_000_000]
    assert not any(copy[10:9_000_000])
    assert not (tmp_path / "source.part").exists()


def test_a_file_over_an_object_reads_like_the_file_it_is(s3: Any) -> None:
    data = bytes(range(256)) * 40_000
    version = s3.put_object(Bucket=SOURCE, Key=KEY, Body=data)["VersionId"]
    file = RangedFile(ObjectBytes(s3, SOURCE, KEY, version).read, len(data))

    assert file.read(10) == data[:10]
    file.seek(-5, 2)
    assert file.read(100) == data[-5:]
    file.seek(4 * MIB - 2)
    assert file.read(2) + file.read(4) == data[4 * MIB - 2 : 4 * MIB + 4]
    assert file.read(0) == b""


def test_an_object_is_replaced_only_while_it_is_what_was_seen(s3: Any) -> None:
    output = S3Output(s3, OUTPUT)

    assert output.stored("index.mpd") is None
    assert output.replace("index.mpd", b"first", None)
    assert not output.replace("index.mpd", b"other", None)
    seen = output.stored("index.mpd")
    assert seen and seen.size == 5
    assert output.replace("index.mpd", b"second", seen.tag)
    assert not output.replace("index.mpd", b"late", seen.tag)
    assert output.get("index.mpd") == b"second"


def test_a_source_for_which_there_is_no_space_is_no_source(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.pwrite

    def nearly_full(file: int, data: bytes, at: int) -> int:
        space = min(len(data), 7 - at)
        if space <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data[:space], at)

    version = s3.put_object(Bucket=SOURCE, Key=KEY, Body=b"0123456789")["VersionId"]
    monkeypatch.setattr(os, "pwrite", nearly_full)

    with pytest.raises(OSError, match="No space left"):
        arrived(
            S3SourceFiles(s3, SOURCE),
            SourceObject(bucket=SOURCE, key=KEY, version=version, size=10),
            [(0, 10)],
            tmp_path / "source",
        )

    assert not (tmp_path / "source.whole").exists()
