"""Presigned requests to S3 are let in and refused as AWS does it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.child import Emulator
from local.clients import KEY, REGION, SECRET, Clients
from tests.local import aws

ACCOUNT = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
SIGNS = """
import boto3
from botocore.config import Config
s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
def handler(bucket, context):
    return s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "key"}, ExpiresIn=3600)
"""
SIGNS_AND_WAITS = (
    SIGNS
    + """
import time
sign = handler
def handler(bucket, context):
    s3.put_object(Bucket=bucket, Key="signed", Body=sign(bucket, context))
    while "go" not in [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]:
        time.sleep(0.05)
    return s3.get_object(Bucket=bucket, Key="key")["Body"].read().decode()
"""
)
PAGE = "https://videos.example.com"


@pytest.fixture(scope="module")
def bucket(clients: Clients) -> str:
    name = aws.unique("bucket")
    clients.s3.create_bucket(Bucket=name)
    for key in ("key", "other"):
        clients.s3.put_object(Bucket=name, Key=key, Body=b"content")
    return name


@pytest.fixture
def end_sessions(emulator: Emulator) -> Iterator[Callable[[], int]]:
    """Ends every session of functions that has begun."""
    file = emulator.log.parent / "faults" / "ended-sessions"
    file.parent.mkdir(exist_ok=True)
    yield lambda: file.write_text("")
    file.unlink(missing_ok=True)


def presigned(clients: Clients, method: str, bucket: str, seconds: int = 60, **given: str) -> str:
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    s3 = boto3.client("s3", REGION, endpoint_url=clients.endpoint, config=config, **ACCOUNT)
    return str(s3.generate_presigned_url(method, Params={"Bucket": bucket, "Key": "key", **given}, ExpiresIn=seconds))


def send(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def opened(url: str, origin: str) -> Any:
    """The answer to a page of that origin."""
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers={"Origin": origin}), timeout=10)
    except urllib.error.HTTPError as refused:
        return refused


def objects(clients: Clients, bucket: str) -> dict[str, str]:
    """What a bucket holds, as text."""
    found = clients.s3.list_objects_v2(Bucket=bucket)["Contents"]
    return {one["Key"]: clients.s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode() for one in found}


def test_a_presigned_address_opens_what_it_was_signed_for(clients: Clients, bucket: str) -> None:
    assert send(presigned(clients, "get_object", bucket)) == (200, "content")
    assert send(presigned(clients, "put_object", bucket), "PUT", b"content", Content_Type="a/b")[0] == 200


def test_headers_of_aws_that_were_not_signed_are_refused_and_named(clients: Clients, bucket: str) -> None:
    url = presigned(clients, "put_object", bucket)

    status, body = send(url, "PUT", b"changed", x_amz_storage_class="GLACIER", x_amz_meta_owner="bob")

    assert status == 403
    assert "<Code>AccessDenied</Code>" in body
    assert "There were headers present in the request which were not signed" in body
    assert "<HeadersNotSigned>x-amz-meta-owner, x-amz-storage-class</HeadersNotSigned>" in body
    assert send(presigned(clients, "get_object", bucket)) == (200, "content")


def test_headers_of_aws_that_were_signed_are_taken(clients: Clients, bucket: str) -> None:
    url = presigned(clients, "put_object", bucket, StorageClass="STANDARD_IA")

    assert send(url, "PUT", b"content", x_amz_storage_class="STANDARD_IA")[0] == 200
    assert send(url, "PUT", b"content", x_amz_storage_class="GLACIER")[0] == 403


def test_another_method_key_or_signature_is_refused(clients: Clients, bucket: str) -> None:
    url = presigned(clients, "get_object", bucket)
    changed = url[:-1] + ("0" if url[-1] != "0" else "1")

    for status, body in (send(url, "PUT", b"x"), send(url.replace("/key?", "/other?")), send(changed)):
        assert status == 403
        assert "<Code>SignatureDoesNotMatch</Code>" in body


def test_an_address_whose_time_is_over_is_refused(clients: Clients, bucket: str) -> None:
    url = presigned(clients, "get_object", bucket, seconds=1)
    time.sleep(2.1)

    status, body = send(url)

    assert status == 403
    assert "<Code>AccessDenied</Code>" in body
    assert "<Message>Request has expired</Message>" in body


def test_an_address_ends_with_the_session_that_signed_it_and_the_function_goes_on(
    clients: Clients, bucket: str, end_sessions: Callable[[], int]
) -> None:
    signer = aws.function(clients, SIGNS, aws.role(clients, aws.allow("s3:GetObject")))
    url, _ = aws.invoke(clients, signer, bucket)
    before = send(url)

    end_sessions()

    status, body = send(url)

    assert before == (200, "content")
    assert status == 400
    assert "<Code>ExpiredToken</Code>" in body
    assert send(aws.invoke(clients, signer, bucket)[0]) == (200, "content")


def test_a_session_that_ended_stays_ended_and_the_function_goes_on_once_the_fault_is_taken_back(
    clients: Clients, bucket: str, emulator: Emulator
) -> None:
    fault = emulator.log.parent / "faults" / "ended-sessions"
    fault.parent.mkdir(exist_ok=True)
    signer = aws.function(clients, SIGNS, aws.role(clients, aws.allow("s3:GetObject")))
    url, _ = aws.invoke(clients, signer, bucket)

    fault.write_text("")
    during = send(url)[0]
    fault.unlink()

    assert (during, send(url)[0]) == (400, 400)
    assert send(aws.invoke(clients, signer, bucket)[0]) == (200, "content")


def test_a_call_under_way_keeps_its_session_when_what_it_signed_ends(
    clients: Clients, bucket: str, end_sessions: Callable[[], int]
) -> None:
    may = aws.allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"])
    signer = aws.function(clients, SIGNS_AND_WAITS, aws.role(clients, may), Timeout=30)
    with ThreadPoolExecutor() as threads:
        called = threads.submit(aws.invoke, clients, signer, bucket)
        url = aws.until(lambda: objects(clients, bucket).get("signed"))

        end_sessions()

        refused = send(url)[0]
        clients.s3.put_object(Bucket=bucket, Key="go")
        answer = called.result()
    assert refused == 400
    assert answer == ("content", False)


@pytest.mark.parametrize("role_may", [["s3:GetObject"], ["s3:PutObject"]])
def test_a_refusal_carries_the_cors_headers_of_the_bucket(
    clients: Clients, bucket: str, end_sessions: Callable[[], int], role_may: list[str]
) -> None:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": [PAGE], "ExposeHeaders": ["ETag"]}
    clients.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    signer = aws.function(clients, SIGNS, aws.role(clients, aws.allow(role_may)))
    url, _ = aws.invoke(clients, signer, bucket)
    if role_may == ["s3:GetObject"]:
        end_sessions()

    answers = [opened(url, origin) for origin in (PAGE, PAGE, "https://other.example.com")]

    assert {answer.status for answer in answers} == ({400} if role_may == ["s3:GetObject"] else {403})
    assert [answer.headers["Access-Control-Allow-Origin"] for answer in answers] == [PAGE, PAGE, None]
    assert answers[0].headers["Access-Control-Expose-Headers"] == "ETag"


def test_what_its_role_may_not_a_session_cannot_sign(clients: Clients, bucket: str) -> None:
    signer = aws.function(clients, SIGNS, aws.role(clients))

    status, body = send(aws.invoke(clients, signer, bucket)[0])

    assert status == 403
    assert "<Code>AccessDenied</Code>" in body


READS = """
import boto3
s3 = boto3.client("s3")
def handler(bucket, context):
    broken = 0
    for _ in range(20):
        try:
            assert len(s3.get_object(Bucket=bucket, Key="large")["Body"].read()) == 3 * 2**20
        except Exception as error:
            broken += "IncompleteRead" in str(error)
    return broken
"""


def test_a_share_of_the_bodies_that_a_session_gets_break_while_that_is_asked_for(
    clients: Clients, bucket: str, emulator: Emulator
) -> None:
    clients.s3.put_object(Bucket=bucket, Key="large", Body=bytes(3 * 2**20))
    reader = aws.function(clients, READS, aws.role(clients, aws.allow("s3:GetObject")))
    fault: Path = emulator.log.parent / "faults" / "broken-bodies"
    fault.parent.mkdir(exist_ok=True)

    fault.write_text(json.dumps({"share": 0.5}))
    try:
        while_asked, _ = aws.invoke(clients, reader, bucket)
        own = clients.s3.get_object(Bucket=bucket, Key="large")["Body"].read()
    finally:
        fault.unlink()

    assert 1 <= while_asked <= 19
    assert len(own) == 3 * 2**20  # the account's own key is no session
    assert aws.invoke(clients, reader, bucket) == (0, False)
