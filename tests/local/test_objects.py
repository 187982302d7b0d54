"""S3 objects are read in ranges, current ones and versions alike."""

import pytest

from local.clients import Clients
from tests.local import aws

CONTENT = bytes(range(256)) * 8192  # 2 MiB: large enough to be mapped


@pytest.fixture(scope="module")
def versions(clients: Clients) -> tuple[str, str, str]:
    """(bucket, id of the first version, id of the second, which is current)."""
    bucket = aws.unique("bucket")
    clients.s3.create_bucket(Bucket=bucket)
    clients.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = clients.s3.put_object(Bucket=bucket, Key="key", Body=CONTENT)["VersionId"]
    second = clients.s3.put_object(Bucket=bucket, Key="key", Body=CONTENT[::-1])["VersionId"]
    return bucket, first, second


@pytest.mark.parametrize(("wanted", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=-5", slice(-5, None))])
def test_a_range_of_each_version_is_cut_from_that_version(
    clients: Clients, versions: tuple[str, str, str], wanted: str, part: slice
) -> None:
    bucket, first, second = versions

    for version, content in ((first, CONTENT), (second, CONTENT[::-1])):
        answer = clients.s3.get_object(Bucket=bucket, Key="key", VersionId=version, Range=wanted)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert answer["Body"].read() == content[part]
        assert answer["VersionId"] == version


def test_the_current_object_is_read_in_ranges_and_whole(clients: Clients, versions: tuple[str, str, str]) -> None:
    bucket = versions[0]

    assert (
        clients.s3.get_object(Bucket=bucket, Key="key", Range="bytes=100-199")["Body"].read() == CONTENT[::-1][100:200]
    )
    assert clients.s3.get_object(Bucket=bucket, Key="key")["Body"].read() == CONTENT[::-1]


def test_a_range_beyond_the_end_is_refused(clients: Clients, versions: tuple[str, str, str]) -> None:
    bucket, first, _ = versions

    with pytest.raises(clients.s3.exceptions.ClientError, match="416"):
        clients.s3.get_object(Bucket=bucket, Key="key", VersionId=first, Range=f"bytes={len(CONTENT)}-")
