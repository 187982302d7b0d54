"""Each Lambda entry point as AWS calls it: an event in, an answer out, real adapters on moto."""

import base64
import gzip
import importlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from tests import samples
from tests.integration.api.contract import require_as_documented
from tests.integration.conftest import OUTPUT, SOURCE, TABLE
from tests.signing_keys import KEY, OTHER_KEY, PRIVATE, pem
from tests.templates import parsed
from vod.access import caller
from vod.access.caller import Caller
from vod.access.scopes import Scope
from vod.access.signing import public_lines
from vod.api.session import KEPT_SECONDS
from vod.aws.downloads import DynamoDownloads
from vod.aws.hosted_login import PageClient
from vod.aws.videos import DynamoVideos
from vod.ports.sign_in import Tokens
from vod.record.status import Status
from vod.record.video import Source

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
    aws_request_id="r-1", get_remaining_time_in_millis=lambda: 30_000,
)  # fmt: skip
REPOSITORY = Path(__file__).parents[2]
Handler = Callable[[dict[str, Any]], Any]


class FakeLogin:
    """Cognito's OAuth endpoints, which moto does not have."""

    def __init__(self, url: str, client: Callable[[], PageClient]) -> None:
        assert client().secret

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        return Tokens(f"{code} at {redirect_uri}", "r.e-f_1=")

    def refresh(self, refresh_token: str) -> Tokens:
        return Tokens(f"id of {refresh_token}")

    def revoke(self, refresh_token: str) -> None:
        assert refresh_token == "r.e-f_1="


@pytest.fixture
def load(table: Any, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Handler]:
    """Imports an entry point afresh, with the environment that template.yaml gives it."""
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    machine = boto3.client("stepfunctions").create_state_machine(name="Transcode", definition=definition, roleArn=role)
    boto3.client("secretsmanager").create_secret(Name="stack/playback-key", SecretString=pem(PRIVATE))
    boto3.client("ssm").put_parameter(Name="/stack/public-url", Value="https://cdn.example", Type="String")
    origin = {"Id": "o", "DomainName": "o.example", "CustomOriginConfig": {
        "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}}  # fmt: skip
    served = {
        "CallerReference": "r", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
    }  # fmt: skip
    distribution = boto3.client("cloudfront").create_distribution(DistributionConfig=served)["Distribution"]["Id"]
    boto3.client("ssm").put_parameter(Name="/stack/distribution-id", Value=distribution, Type="String")
    for name, value in {
        "TABLE_NAME": TABLE, "SOURCE_BUCKET": SOURCE, "OUTPUT_BUCKET": OUTPUT,
        "MAX_CONCURRENT_CHUNKS": "20", "LEAST_CHUNK_SECONDS": "60", "ENCODE_TARGET_MINUTES": "5",
        "SOURCES_ON": "disk", "FUNCTION_LANE_MAX_SECONDS": "0", "FUNCTION_LANE_MEMORY_MIB": "3008",
        "STATE_MACHINE_ARN": machine["stateMachineArn"], "PUBLIC_URL_PARAMETER": "/stack/public-url",
        "TOPIC_ARN": boto3.client("sns").create_topic(Name="events")["TopicArn"], "INGEST_OWNER": "ingest",
        "MAX_SOURCE_GIB": "1", "SINGLE_PUT_MAX_MIB": "64", "DIRECT_UPLOAD_MAX_MIB": "5", "UPLOAD_EXPIRY_HOURS": "24",
        "MAX_DURATION_HOURS": "12", "POWERTOOLS_SERVICE_NAME": "vod", "ARCHITECTURE": "arm64", "DAILY_BUDGET_USD": "0",
        "MAX_RUNNING_VIDEOS": "0", "MAX_RUNNING_VIDEOS_PER_OWNER": "0", "MAX_VIDEO_COST_USD": "0",
        "DAILY_BUDGET_PER_OWNER_USD": "0", "DAILY_VIDEO_PER_OWNER_HOURS": "0", "DAILY_UPLOAD_PER_OWNER_GIB": "0",
        "CLUSTER_NAME": "encoders", "DISTRIBUTION_PARAMETER": "/stack/distribution-id",
        "SCRATCH_FUNCTION": "scratch", "RECONCILE_FUNCTION": "reconcile", "SCRATCH_DIR": str(tmp_path),
        "PLAYBACK_KEYS": f"{KEY.id}:{public_lines(PRIVATE)}", "PLAYBACK_KEY_SECRET": "stack/playback-key",
        "ENDPOINT_SECRETS": "/stack/webhooks", "DELIVERIES_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="d")["QueueUrl"],
        "FETCH_FUNCTION": "fetch", "IMPORT_BUCKETS": "",
        "REMUX_FUNCTION": "remux", "DOWNLOADS_KEPT_DAYS": "7", "VIEWERS_MAY_DOWNLOAD": "no",
        "REQUESTS_PER_MINUTE_PER_KEY": "3", "TOKEN_ISSUER": "https://issuer.example/pool",
        "LOGIN_URL": "http://127.0.0.1:9", "PAGE_CLIENT_PARAMETER": "/stack/page-client", "USER_POOL_ID": "pool",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("vod.aws.hosted_login.page_client", lambda *_: PageClient("app", "hidden"))
    monkeypatch.setattr("vod.wiring.on_request.HostedLogin", FakeLogin)

    # moto runs no functions: the reconciler is called here, and scratch is as it would be without a file system.
    reconcile = lambda _, video_id: load("reconcile")({"deletion": video_id})  # noqa: E731
    monkeypatch.setattr("vod.aws.background.BackgroundFunction.finish_deletion", reconcile)
    monkeypatch.setattr("vod.aws.scratch.ScratchFunction.remove", lambda *_, **__: 2)

    def load(name: str) -> Handler:
        sys.modules.pop(name, None)
        module = importlib.import_module(name)

        def call(event: dict[str, Any]) -> Any:
            answered = module.handler(event, CONTEXT)
            if "httpMethod" in event:
                require_as_documented(event["httpMethod"], event["path"], answered)
            return answered

        return call

    return load


def request(
    method: str, path: str, body: Any = None, query: dict[str, str] | None = None, user: str = "ann"
) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    kind = "video/mp4" if isinstance(body, bytes) else "application/json"
    known = caller.told(Caller(user, is_admin=user == "root"), until=0)
    return {
        "httpMethod": method, "path": path, "resource": path, "headers": {"Content-Type": kind},
        "multiValueHeaders": {"Content-Type": [kind]}, "queryStringParameters": query,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "pathParameters": None, "stageVariables": None, "isBase64Encoded": True, "body": base64.b64encode(raw).decode(),
        "requestContext": {"requestId": "req-1", "stage": "api", "authorizer": known, "path": "/api" + path},
    }  # fmt: skip


def answer(response: dict[str, Any]) -> tuple[int, Any]:
    return response["statusCode"], json.loads(response["body"]) if response["body"] else None


def test_a_video_is_created_shown_changed_and_deleted(load: Callable[[str], Handler]) -> None:
    upload, library, delete = load("upload"), load("library"), load("delete")
    status, made = answer(
        upload(request("POST", "/videos", {"filename": "a.mp4", "size": 9, "title": "A", "tags": ["x"]}))
    )
    path = f"/videos/{made['video']['id']}"

    assert status == 201
    assert made["upload"]["method"] == "PUT"
    assert answer(library(request("GET", path)))[1]["video"]["status"] == "awaiting_upload"
    assert answer(library(request("PATCH", path, {"title": "B"})))[1]["video"]["tags"] == ["x"]
    assert [v["title"] for v in answer(library(request("GET", "/videos")))[1]["videos"]] == ["B"]
    status, receipt = answer(delete(request("DELETE", path)))
    assert (status, receipt["deletion"]["id"]) == (200, made["video"]["id"])
    assert receipt["deletion"]["completedAt"]
    assert answer(delete(request("DELETE", path))) == (200, receipt)
    assert answer(delete(request("DELETE", path, user="bob")))[0] == 404
    assert answer(library(request("GET", path)))[0] == 404


def test_a_large_video_goes_up_in_parts(load: Callable[[str], Handler], s3: Any) -> None:
    upload, size = load("upload"), 65 * 2**20
    _, made = answer(upload(request("POST", "/videos", {"filename": "a.mov", "size": size})))
    key, path = f"uploads/{made['video']['id']}/source", f"/videos/{made['video']['id']}/upload"
    parts = []
    for part in made["upload"]["parts"]:
        data = bytes(min(made["upload"]["partSize"], size - (part["partNumber"] - 1) * made["upload"]["partSize"]))
        arrived = s3.upload_part(
            Bucket=SOURCE, Key=key, UploadId=made["upload"]["uploadId"], PartNumber=part["partNumber"], Body=data
        )
        parts.append({"partNumber": part["partNumber"], "etag": arrived["ETag"]})

    assert answer(upload(request("GET", path)))[1]["upload"]["parts"] == []
    assert answer(upload(request("POST", path + "/complete", {"parts": parts[:-1]})))[1]["code"] == "size_mismatch"
    assert answer(upload(request("POST", path + "/complete", {"parts": parts})))[0] == 200
    assert s3.head_object(Bucket=SOURCE, Key=key)["ContentLength"] == size


def test_bytes_in_the_body_are_stored_at_once(load: Callable[[str], Handler], s3: Any) -> None:
    status, made = answer(load("upload")(request("POST", "/videos", b"\x00mp4 bytes", {"filename": "clip.mp4"})))

    assert status == 201
    stored = s3.get_object(Bucket=SOURCE, Key=f"uploads/{made['video']['id']}/source")
    assert (stored["Body"].read(), stored["ContentType"]) == (b"\x00mp4 bytes", "video/mp4")


@pytest.mark.parametrize(
    ("call", "status", "code", "names"),
    [
        (request("POST", "/videos", {"size": 5}), 400, "invalid_request", "filename"),
        (request("POST", "/videos", {"filename": "a", "size": 0}), 400, "invalid_request", "size"),
        (request("POST", "/videos", {"filename": "a", "size": "5"}), 400, "invalid_request", "size"),
        (request("POST", "/videos", {"filename": "a", "size": 5, "titel": "x"}), 400, "invalid_request", "titel"),
        (request("POST", "/videos", {"filename": "a\n", "size": 5, "tags": "x"}), 400, "invalid_request", "tags"),
        (request("POST", "/videos", b"{not json"), 400, "invalid_request", "body"),
        (request("POST", "/videos", b"", {"filename": "a.mp4"}), 400, "invalid_request", "body"),
        (request("POST", "/videos", {"filename": "a", "size": 2 * 2**30}), 413, "too_large", "1024 MiB"),
        (request("POST", "/videos", bytes(5 * 2**20 + 1), {"filename": "a"}), 413, "body_too_large", "upload URL"),
        (request("GET", "/videos/none/upload"), 404, "not_found", "video"),
        (
            request("POST", f"/videos/{samples.VIDEO_ID}/upload/complete", {"parts": []}),
            400,
            "invalid_request",
            "parts",
        ),
        (request("GET", "/elsewhere"), 404, "not_found", "path"),
    ],
)
def test_a_bad_call_gets_a_code_and_a_sentence(
    load: Callable[[str], Handler], call: dict[str, Any], status: int, code: str, names: str
) -> None:
    got, body = answer(load("upload")(call))

    assert (got, body["code"], body["requestId"]) == (status, code, "req-1")
    assert names in body["message"]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"status": "nonsense"}, {"cursor": "nonsense"}])
def test_a_bad_query_names_its_field(load: Callable[[str], Handler], query: dict[str, str]) -> None:
    status, body = answer(load("library")(request("GET", "/videos", query=query)))

    assert status == 400
    assert next(iter(query)) in body["message"]


def test_a_creation_that_is_sent_twice_with_its_key_makes_one_video(load: Callable[[str], Handler]) -> None:
    upload, new = load("upload"), {"filename": "a.mp4", "size": 5}

    def create(body: dict[str, Any], key: str) -> tuple[int, Any]:
        asked = request("POST", "/videos", body)
        return answer(upload(asked | {"headers": {**asked["headers"], "Idempotency-Key": key}}))

    first, again = create(new, "k"), create(new, "k")

    assert (first[0], again[0]) == (201, 201)
    assert first[1]["video"]["id"] == again[1]["video"]["id"]
    assert (create({**new, "size": 6}, "k")[1]["code"], create(new, "a b")[0]) == ("idempotency_key_reused", 400)
    assert create(new, "another")[1]["video"]["id"] != first[1]["video"]["id"]


def test_a_change_is_refused_to_whoever_saw_an_older_title(load: Callable[[str], Handler]) -> None:
    _, made = answer(load("upload")(request("POST", "/videos", {"filename": "a.mp4", "size": 5})))
    library, path = load("library"), f"/videos/{made['video']['id']}"
    (seen,) = library(request("GET", path))["multiValueHeaders"]["ETag"]

    def change(title: str) -> dict[str, Any]:
        asked = request("PATCH", path, {"title": title})
        return dict(library(asked | {"headers": {**asked["headers"], "If-Match": seen}}))

    first, second = change("B"), change("C")

    assert (first["statusCode"], answer(second)[0], answer(second)[1]["code"]) == (200, 412, "precondition_failed")
    assert library(request("GET", path))["multiValueHeaders"]["ETag"] == first["multiValueHeaders"]["ETag"] != [seen]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/videos", "GET, POST"),
        ("POST", f"/videos/{samples.VIDEO_ID}", "GET, PATCH, DELETE"),
        ("GET", "/session/token", "POST"),
    ],
)
def test_a_method_that_a_path_has_not_is_told_those_that_it_has(
    load: Callable[[str], Handler], method: str, path: str, allowed: str
) -> None:
    response = load("library")(request(method, path))

    assert answer(response)[1]["code"] == "method_not_allowed"
    assert (response["statusCode"], response["multiValueHeaders"]["Allow"]) == (405, [allowed])
    assert allowed in answer(response)[1]["message"]


def test_an_unexpected_error_tells_nothing_of_the_inside(load: Callable[[str], Handler], table: Any) -> None:
    library = load("library")
    table.delete_table(TableName=TABLE)

    status, body = answer(library(request("GET", "/videos/" + "0" * 20)))

    assert (status, body["code"]) == (500, "internal")
    assert "Table" not in body["message"]


def s3_message(key: str, message_id: str = "m", size: int = 1000) -> dict[str, Any]:
    entry = {"key": key, "size": size, "versionId": "v1", "eTag": "e"}
    record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": SOURCE}, "object": entry}}
    return {"messageId": message_id, "body": json.dumps({"Records": [record]}), "eventSource": "aws:sqs", "attributes": {},
            "messageAttributes": {}, "receiptHandle": "h", "md5OfBody": "", "eventSourceARN": "a", "awsRegion": "us-east-1"}  # fmt: skip


def test_one_bad_message_does_not_hold_up_its_batch(load: Callable[[str], Handler], table: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    videos.create(samples.video())
    bad = s3_message("x") | {"messageId": "bad", "body": "not json"}

    answered = load("dispatch")({"Records": [bad, s3_message(f"uploads/{samples.VIDEO_ID}/source")]})

    assert answered == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    video = videos.get(samples.VIDEO_ID)
    assert video is not None
    assert video.status is Status.QUEUED


def test_the_same_event_three_times_starts_one_execution(load: Callable[[str], Handler], table: Any) -> None:
    DynamoVideos(table, TABLE).create(samples.video())
    dispatch = load("dispatch")
    for _ in range(3):
        dispatch({"Records": [s3_message(f"uploads/{samples.VIDEO_ID}/source")]})

    states = boto3.client("stepfunctions")
    machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    assert len(states.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_plan_publish_and_failure_are_recorded(load: Callable[[str], Handler], table: Any, s3: Any) -> None:
    videos = DynamoVideos(table, TABLE)
    videos.create(samples.video(Status.QUEUED))
    run = {"videoId": samples.VIDEO_ID, "run": samples.RUN}
    source = {"bucket": SOURCE, "key": "k", "version": "v1", "size": 1000}

    planned = load("plan")({**run, "source": source, "probe": samples.probe().model_dump()})
    published = load("publish")(run)
    load("fail")({**run, "error": published["error"]})

    assert planned["outcome"] == "planned"
    assert published["error"]["code"] == "report_missing"
    video = videos.get(samples.VIDEO_ID)
    assert video is not None
    assert video.failure is not None
    assert video.failure.code == "report_missing"


def test_an_execution_that_died_is_recorded_by_its_event(load: Callable[[str], Handler], table: Any) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.TRANSCODING))
    told = json.dumps({"videoId": samples.VIDEO_ID, "run": samples.RUN})

    assert load("fail")({"source": "aws.states", "detail": {"status": "TIMED_OUT", "input": told}}) == {
        "recorded": True,
        "broken": True,
    }


def test_an_address_of_exactly_the_source_is_signed(load: Callable[[str], Handler]) -> None:
    source = {"bucket": SOURCE, "key": "uploads/x/source", "version": "v1", "size": 8}
    run = {"videoId": "x", "run": "r", "source": source}

    first = load("sign")(run)
    second = load("sign")({**run, "signed": first})

    address = urlsplit(second["url"])
    assert (first["times"], second["times"]) == (1, 2)
    assert (address.hostname, address.path) == (f"{SOURCE}.s3.us-east-1.amazonaws.com", "/uploads/x/source")
    assert parse_qs(address.query)["versionId"] == ["v1"]
    assert parse_qs(address.query)["X-Amz-Expires"] == ["600"]


@pytest.fixture
def playlist_address() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(206)
            self.send_header("Content-Length", "8")
            self.end_headers()
            self.wfile.write(b"#EXTM3U\n")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/uploads/x/source"
    server.shutdown()
    server.server_close()


def test_the_probe_refuses_what_is_no_video(load: Callable[[str], Handler], playlist_address: str) -> None:
    source = {"bucket": SOURCE, "key": "uploads/x/source", "version": "v1", "size": 8}
    signed = {"url": playlist_address, "times": 1}

    answered = load("probe")({"videoId": "x", "run": "r", "declaredSize": 8, "source": source, "signed": signed})

    assert (answered["outcome"], answered["error"]["code"]) == ("refused", "indirect_source")


def test_the_probe_and_what_it_imports_need_no_boto3() -> None:
    code = "import os, sys; sys.path[:0] = ['src', 'lambda']; import probe; print('boto3' in sys.modules)"
    variables = {**os.environ, "MAX_SOURCE_GIB": "1", "MAX_DURATION_HOURS": "1"}

    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env=variables, capture_output=True, text=True)

    assert done.stdout == "False\n"


def signed_in_or_not(path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
    """A request to a route without an authorizer."""
    event = request("GET", path, query=query)
    event["requestContext"]["authorizer"] = None
    return event


def test_a_player_gets_three_cookies_for_its_video_and_signed_addresses(
    load: Callable[[str], Handler], table: Any
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))

    response = load("deliver")(request("GET", f"/videos/{samples.VIDEO_ID}/playback"))

    status, body = answer(response)
    cookies = response["multiValueHeaders"]["Set-Cookie"]
    assert status == 200
    assert sorted(cookie.split("=")[0] for cookie in cookies) == [
        "CloudFront-Key-Pair-Id",
        "CloudFront-Policy",
        "CloudFront-Signature",
    ]
    for cookie in cookies:
        assert cookie.endswith(f"; Path=/videos/{samples.VIDEO_ID}/; HttpOnly; Secure; SameSite=Lax")
    assert body["playback"]["hls"] == f"https://cdn.example/videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8"
    assert body["signed"]["dash"].startswith(f"https://cdn.example/api/videos/{samples.VIDEO_ID}/manifest/")


def test_a_shared_video_is_played_without_an_account_until_its_link_is_revoked(
    load: Callable[[str], Handler], table: Any
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY, title="Clip", duration=8.0))
    library, deliver, path = load("library"), load("deliver"), f"/videos/{samples.VIDEO_ID}/shares"
    status, made = answer(library(request("POST", path, {"expiresInHours": 1})))
    play = signed_in_or_not(f"/shares/{made['share']['url'].rsplit('/', 1)[1]}/playback")

    assert (status, answer(library(request("POST", path)))[0]) == (201, 201)
    assert answer(deliver(play))[1]["video"] == {"id": samples.VIDEO_ID, "title": "Clip", "duration": 8.0}
    assert len(answer(library(request("GET", path)))[1]["shares"]) == 2
    assert answer(library(request("DELETE", f"{path}/{made['share']['id']}")))[0] == 204
    assert answer(deliver(play)) == (404, answer(deliver(play))[1] | {"code": "not_found"})


@pytest.mark.parametrize("site", ["a.example", "https://a.example/", "*", "https://a.example; script-src *"])
def test_a_site_of_a_link_is_an_origin(load: Callable[[str], Handler], site: str) -> None:
    status, body = answer(load("library")(request("POST", f"/videos/{samples.VIDEO_ID}/shares", {"sites": [site]})))

    assert (status, body["code"]) == (400, "invalid_request")
    assert "sites.0: Write an origin, such as https://example.com or https://*.example.com." in body["message"]


def test_a_link_for_some_sites_refuses_the_pages_of_others(load: Callable[[str], Handler], table: Any) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    path = f"/videos/{samples.VIDEO_ID}/shares"
    _, made = answer(load("library")(request("POST", path, {"sites": ["https://a.example"]})))
    play = signed_in_or_not(f"/shares/{made['share']['url'].rsplit('/', 1)[1]}/playback")

    def asked_by(origin: str) -> int:
        return int(load("deliver")(play | with_headers(Origin=origin))["statusCode"])

    assert [asked_by(f"https://{name}.example") for name in "ab"] == [200, 403]


def test_strangers_are_asked_to_sign_in_where_videos_are_private(load: Callable[[str], Handler]) -> None:
    status, body = answer(load("deliver")(signed_in_or_not(f"/public/{samples.VIDEO_ID}/playback")))

    assert (status, body["code"]) == (401, "unauthorized")


def test_a_file_is_asked_for_until_it_is_ready(
    load: Callable[[str], Handler], table: Any, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr("vod.aws.background.BackgroundFunction.remux", lambda _, *what: asked.append(what))
    rendition = {"name": "v720", "codec": "avc1.64001f", "width": 1280, "height": 720, "bytes": 5}
    DynamoVideos(table, TABLE).create(samples.video(Status.READY, title="Rome", renditions=(rendition,)))
    s3.put_object(Bucket=OUTPUT, Key=f"videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8", Body=b"v720/index.m3u8\n")
    downloads, path = load("downloads"), f"/videos/{samples.VIDEO_ID}/download"

    first = downloads(request("GET", path))
    status, body = answer(first)
    assert (status, body["download"]["state"], first["multiValueHeaders"]["Retry-After"]) == (202, "preparing", ["2"])
    kept = DynamoDownloads(table, TABLE)
    made = kept.get(*asked[0])
    assert made
    there = replace(made, state="ready", size=7)
    assert kept.put(there, made)
    assert not kept.put(there, made)  # somebody else was faster
    s3.put_object(Bucket=OUTPUT, Key=made.key, Body=b"1234567")
    status, body = answer(downloads(request("GET", path, query={"rendition": "v720"})))
    assert (status, body["download"]["bytes"], body["download"]["filename"]) == (200, 7, "Rome 720p.mp4")
    assert body["download"]["url"].startswith(f"https://cdn.example/{made.key}?Policy=")
    assert answer(downloads(request("GET", path, query={"rendition": "v1"})))[0] == 404
    assert answer(downloads(request("GET", path, user="bob")))[0] == 404
    assert answer(downloads(signed_in_or_not(f"/public/{samples.VIDEO_ID}/download")))[0] == 401
    assert kept.put(replace(made, state="failed", touched_at=2**40), there)
    assert kept.of(samples.VIDEO_ID)[0].state == "failed"
    assert answer(downloads(request("GET", path)))[1]["code"] == "download_failed"
    assert len(asked) == 1


def test_the_uploaded_file_has_an_address_for_its_owner(load: Callable[[str], Handler], table: Any, s3: Any) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    upload, path = load("upload"), f"/videos/{samples.VIDEO_ID}/original"

    assert answer(upload(request("GET", path)))[1]["code"] == "source_missing"
    s3.put_object(Bucket=SOURCE, Key=f"uploads/{samples.VIDEO_ID}/source", Body=b"12345")
    status, body = answer(upload(request("GET", path)))

    assert (status, body["download"]["bytes"], body["download"]["filename"]) == (200, 5, "clip.mp4")
    assert f"{SOURCE}" in body["download"]["url"]
    assert answer(upload(request("GET", path, user="bob")))[0] == 404


def test_a_download_that_nobody_wants_is_not_made(load: Callable[[str], Handler]) -> None:
    assert load("remux")({"videoId": samples.VIDEO_ID, "download": "r#v#t"}) == {"outcome": "unwanted"}


@pytest.mark.parametrize("hours", [0, 721, "x"])
def test_a_link_lives_between_an_hour_and_thirty_days(load: Callable[[str], Handler], hours: Any) -> None:
    status, body = answer(
        load("library")(request("POST", f"/videos/{samples.VIDEO_ID}/shares", {"expiresInHours": hours}))
    )

    assert (status, body["code"]) == (400, "invalid_request")
    assert "expiresInHours" in body["message"]


def test_a_signed_manifest_is_answered_to_its_signature_only(
    load: Callable[[str], Handler], table: Any, s3: Any
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    deliver, path = load("deliver"), f"/videos/{samples.VIDEO_ID}/manifest/{samples.RUN}"
    for name in ("index.m3u8", "v720/index.m3u8"):
        s3.put_object(Bucket=OUTPUT, Key=f"videos/{samples.VIDEO_ID}/{samples.RUN}/{name}", Body=b"#EXTM3U\n00000.m4s")
    _, body = answer(deliver(request("GET", f"/videos/{samples.VIDEO_ID}/playback")))
    query = dict(part.split("=", 1) for part in body["signed"]["hls"].split("?")[1].split("&"))

    for name in ("index.m3u8", "v720/index.m3u8"):
        response = deliver(signed_in_or_not(f"{path}/{name}", query))
        assert response["statusCode"] == 200
        assert response["multiValueHeaders"]["Content-Type"] == ["application/vnd.apple.mpegurl"]
        assert response["multiValueHeaders"]["Cache-Control"] == ["no-store"]
        assert "00000.m4s?Policy=" in response["body"]
    assert deliver(signed_in_or_not(f"{path}/index.m3u8"))["statusCode"] == 403
    assert deliver(signed_in_or_not(f"{path}/none.m3u8", query))["statusCode"] == 404
    assert deliver(signed_in_or_not(f"{path}/poster.jpg", query))["statusCode"] == 400


def with_headers(**headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"headers": named, "multiValueHeaders": {name: [value] for name, value in named.items()}}


@pytest.mark.parametrize(("hours", "most"), [(12, 100_000), (48, 400_000)])
def test_the_signed_playlist_of_a_long_video_travels_compressed(
    load: Callable[[str], Handler], table: Any, s3: Any, hours: int, most: int
) -> None:
    lines = [f"#EXTINF:4.000000,\n{number:05}.m4s" for number in range(hours * 900)]
    name = f"videos/{samples.VIDEO_ID}/{samples.RUN}/v720/index.m3u8"
    s3.put_object(Bucket=OUTPUT, Key=name, Body="\n".join(["#EXTM3U", *lines]).encode())
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    deliver = load("deliver")
    _, body = answer(deliver(request("GET", f"/videos/{samples.VIDEO_ID}/playback")))
    query = dict(part.split("=", 1) for part in body["signed"]["hls"].split("?")[1].split("&"))
    asked = signed_in_or_not(f"/videos/{samples.VIDEO_ID}/manifest/{samples.RUN}/v720/index.m3u8", query)

    told = deliver(asked | with_headers(Accept="*/*", Accept_Encoding="gzip, deflate, br"))

    text = gzip.decompress(base64.b64decode(told["body"])).decode()
    assert (told["isBase64Encoded"], told["multiValueHeaders"]["Content-Encoding"]) == (True, ["gzip"])
    assert text.count(".m4s?Policy=") == hours * 900
    assert len(told["body"]) < most < 6 * 2**20 < 2 * len(text)
    for headers in (with_headers(Accept="*/*"), with_headers(Accept_Encoding="gzip")):
        plain = deliver(asked | headers)
        assert (plain["isBase64Encoded"], plain["body"]) == (False, text)


def test_a_new_domain_and_a_new_key_are_used_without_a_restart(
    load: Callable[[str], Handler], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [f"{key.id}:{public_lines(key.private)}" for key in (KEY, OTHER_KEY)]
    monkeypatch.setenv("PLAYBACK_KEYS", " ".join(pairs))
    monkeypatch.setattr("vod.wiring.refreshed.SECONDS", 0)  # a minute is over
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    library, deliver, path = load("library"), load("deliver"), f"/videos/{samples.VIDEO_ID}"

    boto3.client("ssm").put_parameter(Name="/stack/public-url", Value="https://new.example", Overwrite=True)
    boto3.client("secretsmanager").put_secret_value(SecretId="stack/playback-key", SecretString=pem(OTHER_KEY.private))

    shown = answer(library(request("GET", path)))[1]["video"]["playback"]
    played = answer(deliver(request("GET", path + "/playback")))[1]["signed"]
    link = answer(library(request("POST", path + "/shares")))[1]["share"]["url"]
    for address in (shown["hls"], played["hls"], played["dash"]):
        assert address.startswith("https://new.example/api/videos/")
        assert address.endswith(f"&key={OTHER_KEY.id}")
    assert link.startswith("https://new.example/share/")


def test_a_public_platform_signs_nothing(
    load: Callable[[str], Handler], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYBACK_KEYS", "public")
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))

    response = load("deliver")(request("GET", f"/videos/{samples.VIDEO_ID}/playback"))
    shown = answer(load("library")(request("GET", f"/videos/{samples.VIDEO_ID}")))[1]["video"]

    assert "Set-Cookie" not in response["multiValueHeaders"]
    assert shown["playback"]["hls"] == f"https://cdn.example/videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8"


def test_a_video_is_cancelled_and_tried_again_in_one_new_run(
    load: Callable[[str], Handler], table: Any, s3: Any
) -> None:
    key = f"uploads/{samples.VIDEO_ID}/source"
    version = s3.put_object(Bucket=SOURCE, Key=key, Body=b"x")["VersionId"]
    DynamoVideos(table, TABLE).create(samples.video(Status.TRANSCODING, source=Source(key, version, 1)))
    runs, path = load("runs"), f"/videos/{samples.VIDEO_ID}"

    cancelled = [answer(runs(request("POST", path + "/cancel"))) for _ in range(2)]
    retried = [answer(runs(request("POST", path + "/retry"))) for _ in range(2)]

    assert [(status, body["video"]["status"]) for status, body in cancelled] == [(200, "cancelled")] * 2
    assert [(status, body["video"]["status"]) for status, body in retried] == [(202, "queued")] * 2
    states = boto3.client("stepfunctions")
    machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    assert len(states.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_a_source_that_is_gone_cannot_be_tried_again(load: Callable[[str], Handler], table: Any) -> None:
    gone = Source(f"uploads/{samples.VIDEO_ID}/source", "v1", 1)
    DynamoVideos(table, TABLE).create(samples.video(Status.FAILED, source=gone))

    status, body = answer(load("runs")(request("POST", f"/videos/{samples.VIDEO_ID}/retry")))

    assert (status, body["code"]) == (409, "source_missing")


def test_a_task_that_ended_is_noted_once_and_shown_as_the_video_s_cost(
    load: Callable[[str], Handler], table: Any
) -> None:
    ended = json.loads((REPOSITORY / "events" / "spend.json").read_text())
    video_id = "3f9c1d7ab2e04c58a6d1"
    DynamoVideos(table, TABLE).create(replace(samples.video(Status.READY, owner="ann"), id=video_id))
    spend = load("spend")

    assert [spend(ended), spend(ended)] == [{"noted": True}, {"noted": False}]

    shown = answer(load("library")(request("GET", f"/videos/{video_id}")))[1]["video"]
    assert (shown["cost"]["tasks"], shown["cost"]["taskSeconds"]) == (1, 125)
    assert 0 < shown["cost"]["tasksUsd"] == shown["cost"]["totalUsd"] < 0.01


def test_every_minute_figures_go_to_the_log_in_cloudwatch_s_format(
    load: Callable[[str], Handler], capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("ecs").create_cluster(clusterName="encoders")

    assert load("watch")({"detail-type": "Scheduled Event", "detail": {}}) == {"started": 0}

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    named = {line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]: line for line in lines}
    assert named.keys() == {"TasksRunning", "VideosWaiting", "VideosHeld", "SpentToday"}
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines} == {"Vod"}
    assert {line["service"] for line in lines} == {"vod"}


def test_a_deleted_video_that_was_served_is_forgotten_by_the_cdn(
    load: Callable[[str], Handler], table: Any, s3: Any
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY, renditions=({"name": "v720"},)))
    s3.put_object(Bucket=OUTPUT, Key=f"videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8", Body=b"#EXTM3U")

    _, receipt = answer(load("delete")(request("DELETE", f"/videos/{samples.VIDEO_ID}")))

    assert (receipt["deletion"]["removed"]["outputObjects"], receipt["deletion"]["removed"]["scratchFiles"]) == (1, 2)
    cloudfront, (told,) = boto3.client("cloudfront"), boto3.client("ssm").get_parameters(
        Names=["/stack/distribution-id"]
    )["Parameters"]  # fmt: skip
    kept = cloudfront.get_invalidation(DistributionId=told["Value"], Id=receipt["deletion"]["invalidation"])
    assert kept["Invalidation"]["InvalidationBatch"]["Paths"]["Items"] == [f"/videos/{samples.VIDEO_ID}/*"]


def test_a_deletion_that_takes_long_is_accepted_and_goes_on(
    load: Callable[[str], Handler], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    delete, path, asked = load("delete"), f"/videos/{samples.VIDEO_ID}", []
    with monkeypatch.context() as busy:
        busy.setattr(
            "vod.aws.background.BackgroundFunction.finish_deletion", lambda _, video_id: asked.append(video_id)
        )
        busy.setattr("vod.steps.delete.ANSWER_SECONDS", 0.1)
        status, begun = answer(delete(request("DELETE", path)))

    assert (status, begun["deletion"]["completedAt"], asked) == (202, None, [samples.VIDEO_ID])
    assert answer(load("library")(request("GET", path)))[0] == 404
    assert load("reconcile")({"deletion": samples.VIDEO_ID}) == {"completed": True}
    status, receipt = answer(delete(request("DELETE", path)))
    assert (status, receipt["deletion"]["removed"]["scratchFiles"]) == (200, 2)


def test_what_lost_events_left_behind_is_mended(load: Callable[[str], Handler], table: Any, s3: Any) -> None:
    boto3.client("ecs").create_cluster(clusterName="encoders")
    videos = DynamoVideos(table, TABLE)
    videos.create(samples.video(Status.QUEUED, queued_at="2026-01-02T00:00:00.000Z"))
    uploaded, working = "1" * 20, "2" * 20
    videos.create(samples.video(id=uploaded, source=Source(f"uploads/{uploaded}/source")))
    videos.create(samples.video(Status.TRANSCODING, id=working))
    for key in (f"uploads/{uploaded}/source", "ingest/film.mp4"):
        s3.put_object(Bucket=SOURCE, Key=key, Body=b"x")
    reconcile = load("reconcile")

    report = reconcile({"graceSeconds": -60})["repaired"]

    assert report == {"upload_dispatched": 1, "execution_started": 1, "failure_recorded": 1, "source_adopted": 1}
    assert reconcile({})["repaired"] == {}


def test_a_day_s_budget_holds_new_work_and_more_of_it_lets_it_go(
    load: Callable[[str], Handler], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("ecs").create_cluster(clusterName="encoders")
    monkeypatch.setenv("DAILY_BUDGET_USD", "0.0001")
    upload, dispatch = load("upload"), load("dispatch")
    made = [
        answer(upload(request("POST", "/videos", {"filename": "a.mp4", "size": 10**9})))[1]["video"]["id"]
        for _ in range(2)
    ]
    for video_id in made:
        assert dispatch({"Records": [s3_message(f"uploads/{video_id}/source", size=10**9)]}) == {
            "batchItemFailures": []
        }

    library = load("library")
    waits = [answer(library(request("GET", f"/videos/{video_id}")))[1]["video"]["waitsFor"] for video_id in made]
    assert waits == [None, "budget"]
    assert load("watch")({}) == {"started": 0}
    monkeypatch.setenv("DAILY_BUDGET_USD", "100")
    assert load("watch")({}) == {"started": 1}


def test_who_has_uploaded_enough_for_a_day_is_told_when_there_is_more(
    load: Callable[[str], Handler], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILY_UPLOAD_PER_OWNER_GIB", "0.001")
    upload = load("upload")

    statuses = [answer(upload(request("POST", "/videos", {"filename": "a.mp4", "size": 600_000})))[0] for _ in "ab"]
    status, body = answer(upload(request("POST", "/videos", {"filename": "a.mp4", "size": 600_000})))

    assert statuses == [201, 429]
    assert (status, body["code"]) == (429, "daily_limit_reached")
    assert "resets at" in body["message"]
    assert answer(upload(request("POST", "/videos", {"filename": "a.mp4", "size": 2_000_000})))[0] == 413


def test_a_plan_above_a_limit_starts_nothing_and_its_record_says_why_and_wakes_nobody(
    load: Callable[[str], Handler], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_VIDEO_COST_USD", "0.000001")
    DynamoVideos(table, TABLE).create(samples.video(Status.QUEUED))
    told = {"videoId": samples.VIDEO_ID, "run": samples.RUN}
    source = {"bucket": SOURCE, "key": "key", "version": "v1", "size": 1000}

    planned = load("plan")({**told, "source": source, "probe": samples.probe().model_dump()})
    failed = load("fail")({**told, "error": planned["error"]})

    assert planned["outcome"] == "refused"
    assert failed == {"recorded": True, "broken": False}
    shown = answer(load("library")(request("GET", f"/videos/{samples.VIDEO_ID}")))[1]["video"]
    error = shown["error"]
    assert (shown["status"], error["code"], error["retryable"]) == ("failed", "approval_required", True)


def test_what_a_step_logs_names_its_video_and_run(
    load: Callable[[str], Handler], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.TRANSCODING))
    fail = load("fail")
    for lines_to in logging.getLogger("vod").handlers:
        lines_to.setStream(sys.stdout)  # type: ignore[attr-defined]

    fail({"videoId": samples.VIDEO_ID, "run": samples.RUN, "error": {"Error": "States.TaskFailed"}})

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = next(line for line in lines if "execution failed" in line.get("message", ""))
    assert (told["videoId"], told["run"]) == (samples.VIDEO_ID, samples.RUN)
    assert told["execution"] == f"{samples.VIDEO_ID}-{samples.RUN}"
    assert told["function_request_id"] == "r-1"
    failed = [line for line in lines if "Failures" in line]
    assert [(line["Code"], line["Failures"]) for line in failed] == [("internal", [1.0])]


@pytest.mark.parametrize(
    ("error", "broken"),
    [
        ({"code": "encode_failed", "message": "FFmpeg exit 1"}, False),
        ({"code": "too_complex", "message": "more than 100 frames"}, False),
        ({"code": "gap", "message": "a frame is missing"}, True),
        ({"Error": "NoCapacity", "Cause": "for hours"}, True),
    ],
)
def test_a_failure_says_whether_the_platform_is_to_blame(
    load: Callable[[str], Handler], table: Any, error: dict[str, str], broken: bool
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(Status.TRANSCODING))

    told = load("fail")({"videoId": samples.VIDEO_ID, "run": samples.RUN, "error": error})

    assert told == {"recorded": True, "broken": broken}


def test_scratch_is_counted_and_removed_and_swept(load: Callable[[str], Handler], tmp_path: Path) -> None:
    scratch = load("scratch")
    (tmp_path / samples.VIDEO_ID / samples.RUN).mkdir(parents=True)
    (tmp_path / samples.VIDEO_ID / samples.RUN / "source").touch()

    assert scratch({"source": "aws.events"}) == {"removed": []}, "it is too new"
    assert scratch({"videoId": samples.VIDEO_ID}) == {"files": 1}
    assert list(tmp_path.iterdir()) == []


def test_a_session_s_refresh_token_is_in_a_cookie_that_no_script_reads_and_nowhere_else(
    load: Callable[[str], Handler],
) -> None:
    session = load("session")

    begun = session(request("POST", "/session", {"code": "c", "verifier": "v" * 43}))

    (cookie,) = begun["multiValueHeaders"]["Set-Cookie"]
    assert json.loads(begun["body"]) == {"idToken": "c at https://cdn.example/signed-in"}
    assert cookie == ("vod-session=r.e-f_1=; Path=/api/session; Max-Age=2592000; HttpOnly; Secure; SameSite=Strict")
    asked = request("POST", "/session/token")
    asked["headers"]["Cookie"] = 'odd={"a"}; vod-session=r.e-f_1='
    assert answer(session(asked)) == (200, {"idToken": "id of r.e-f_1="})
    ended = session({**asked, "httpMethod": "DELETE", "path": "/session", "resource": "/session"})
    assert (ended["statusCode"], ended["body"]) == (204, "")
    assert ended["multiValueHeaders"]["Set-Cookie"][0].startswith(
        "vod-session=; Path=/api/session; Max-Age=0; HttpOnly"
    )


def test_a_sign_in_revokes_the_token_of_the_cookie_that_it_replaces(
    load: Callable[[str], Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked: list[str] = []
    session = load("session")
    monkeypatch.setattr(FakeLogin, "revoke", lambda _, refresh_token: revoked.append(refresh_token))
    asked = request("POST", "/session", {"code": "c", "verifier": "v" * 43})
    asked["headers"]["Cookie"] = "vod-session=earlier"

    assert answer(session(asked))[0] == 200
    assert revoked == ["earlier"]


def test_the_cookie_is_kept_as_long_as_cognito_takes_the_token() -> None:
    client = parsed.template_of("Login")["Resources"]["PageClient"]["Properties"]

    assert client["TokenValidityUnits"]["RefreshToken"] == "days"
    assert client["RefreshTokenValidity"] * 24 * 3600 == KEPT_SECONDS
    assert (client["GenerateSecret"], client["EnableTokenRevocation"]) == (True, True)


@pytest.mark.parametrize(
    "body", [{"code": "c"}, {"code": "", "verifier": "v" * 43}, {"code": "c", "verifier": "v&x" * 20}, {"x": 1}]
)
def test_what_is_no_sign_in_is_refused_before_anybody_is_asked(load: Callable[[str], Handler], body: Any) -> None:
    status, said = answer(load("session")(request("POST", "/session", body)))

    assert (status, said["code"]) == (400, "invalid_request")


def test_even_at_debug_no_log_holds_a_key_a_token_or_a_signed_address(
    load: Callable[[str], Handler], table: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """With LogLevel=DEBUG Lambda sets the root logger to DEBUG: boto3 then logs bodies, Powertools arguments."""
    caplog.set_level(logging.DEBUG)
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    deliver, library, upload, session = load("deliver"), load("library"), load("upload"), load("session")
    path, code = f"/videos/{samples.VIDEO_ID}", "code-of-the-sign-in-page"
    asked = request("GET", f"{path}/playback")
    asked["headers"] |= {"Authorization": "Bearer an-id-token", "Cookie": "vod-session=r.e-f_1="}

    shared = answer(library(request("POST", f"{path}/shares")))[1]["share"]["url"].rsplit("/", 1)[1]
    played = answer(deliver(asked))[1]["signed"]["hls"]
    deliver(signed_in_or_not(f"/shares/{shared}/playback"))
    invited = answer(upload(request("POST", "/videos", {"filename": "a.mp4", "size": 9})))[1]["upload"]["url"]
    session(request("POST", "/session", {"code": code, "verifier": "v" * 43}))
    session({**asked, "httpMethod": "POST", "path": "/session/token", "resource": "/session/token"})

    written = caplog.text + "".join(capfd.readouterr())
    signatures = [played.split("sign=")[1].split("&")[0], invited.split("Signature=")[1].split("&")[0]]
    key = pem(PRIVATE).splitlines()[1]
    for secret in (shared, code, "an-id-token", "r.e-f_1=", key, *signatures):
        assert secret not in written, secret


ROUTES = [
    (
        function.properties["Handler"].removesuffix(".handler"),
        event["Properties"]["Method"],
        event["Properties"]["Path"],
    )
    for function in parsed.functions()
    for event in function.properties.get("Events", {}).values()
    if event["Type"] == "Api"
]
BODIES = {
    ("POST", "/videos"): {"filename": "a.mp4", "size": 9},
    ("PATCH", "/videos/{id}"): {"title": "B"},
    ("POST", "/session"): {"code": "c", "verifier": "v" * 43},
    ("POST", "/videos/{id}/upload/complete"): {"parts": [{"partNumber": 1, "etag": "e"}]},
}


@pytest.mark.parametrize(("entry", "method", "path"), ROUTES)
@pytest.mark.parametrize("status", [Status.READY, Status.AWAITING_UPLOAD])
def test_no_cache_may_keep_what_any_route_answers(
    load: Callable[[str], Handler], table: Any, s3: Any, entry: str, method: str, path: str, status: Status
) -> None:
    DynamoVideos(table, TABLE).create(samples.video(status))
    s3.put_object(Bucket=OUTPUT, Key=f"videos/{samples.VIDEO_ID}/{samples.RUN}/index.m3u8", Body=b"#EXTM3U\n")
    asked = path.replace("{id}", samples.VIDEO_ID).replace("{", "").replace("}", "")

    response = load(entry)(request(method, asked, BODIES.get((method, path))))

    assert response["statusCode"] < 500
    assert response["multiValueHeaders"]["Cache-Control"] == ["no-store"]


def test_a_key_is_made_listed_and_revoked(load: Callable[[str], Handler]) -> None:
    keys = load("keys")
    status, made = answer(keys(request("POST", "/keys", {"name": "CI", "scopes": ["upload", "read"]})))
    path = f"/keys/{made['key']['id']}"

    assert (status, made["key"]["scopes"], made["key"]["expiresAt"]) == (201, ["read", "upload"], None)
    assert answer(keys(request("GET", "/keys")))[1] == {"keys": [made["key"]]}
    assert answer(keys(request("GET", "/keys", user="bob")))[1] == {"keys": []}
    assert answer(keys(request("DELETE", path, user="bob")))[0] == 404
    assert answer(keys(request("DELETE", path)))[0] == 204
    assert answer(keys(request("DELETE", path)))[0] == 204
    assert answer(keys(request("GET", "/keys")))[1] == {"keys": []}
    for wrong in ({"name": "x", "scopes": []}, {"name": "x", "scopes": ["account"]}, {"scopes": ["read"]}):
        assert answer(keys(request("POST", "/keys", wrong)))[1]["code"] == "invalid_request"


def with_key(asked: dict[str, Any], *scopes: Scope) -> dict[str, Any]:
    known = caller.told(Caller("ann", scopes=frozenset(scopes), key="5a1f0c9d3e7b2468"), until=0)
    return {**asked, "requestContext": {**asked["requestContext"], "authorizer": known}}


def test_a_key_is_kept_to_its_scopes_and_its_rate(load: Callable[[str], Handler]) -> None:
    library, upload = load("library"), load("upload")

    listed = library(with_key(request("GET", "/videos"), Scope.READ))
    refused = upload(with_key(request("POST", "/videos", {"filename": "a.mp4", "size": 9}), Scope.READ))
    gone = library(with_key(request("GET", "/videos/" + "0" * 20), Scope.READ))
    too_many = library(with_key(request("GET", "/videos"), Scope.READ))

    assert [each["statusCode"] for each in (listed, refused, gone, too_many)] == [200, 403, 404, 429]
    assert json.loads(too_many["body"])["code"] == "rate_limited"
    told = [each["multiValueHeaders"] for each in (listed, refused, gone, too_many)]
    assert {each["RateLimit-Policy"][0] for each in told} == {'"key";q=3;w=60'}
    assert [each["RateLimit"][0].split(";")[1] for each in told] == ["r=2", "r=1", "r=0", "r=0"]
    assert 1 <= int(told[3]["Retry-After"][0]) <= 60
    assert "RateLimit" not in library(request("GET", "/videos"))["multiValueHeaders"]


def test_the_authorizer_tells_who_calls_and_why_nobody_does(load: Callable[[str], Handler]) -> None:
    keys, authorize, library = load("keys"), load("authorize"), load("library")
    _, made = answer(keys(request("POST", "/keys", {"name": "CI", "scopes": ["read"], "expiresInDays": 1})))
    method = "arn:aws:execute-api:us-east-1:123456789012:a1/api/GET/videos"

    def ask(token: str) -> tuple[str, dict[str, str]]:
        told = authorize({"type": "TOKEN", "methodArn": method, "authorizationToken": token})
        (statement,) = told["policyDocument"]["Statement"]
        assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:a1/api/*"
        return statement["Effect"], told["context"]

    effect, context = ask(f"Bearer {made['secret']}")
    asked = request("GET", "/videos")
    asked["requestContext"]["authorizer"] = context

    assert effect == "Allow"
    assert library(asked)["statusCode"] == 200
    assert answer(keys(request("GET", "/keys")))[1]["keys"][0]["lastUsedAt"]
    for wrong in ("Bearer nonsense", made["secret"][:-1] + "x", "a.b.c"):
        effect, context = ask(wrong)
        assert (effect, context["code"]) == ("Deny", "token_invalid"), wrong
        assert not set('"\\\n') & set(context["message"])  # it stands in a template of JSON as it is


def test_a_video_is_found_by_what_its_creator_says_of_it(load: Callable[[str], Handler]) -> None:
    upload, library, delete = load("upload"), load("library"), load("delete")
    said = {"filename": "a.mp4", "size": 9, "title": "Rome", "tags": ["x"], "externalId": "o-1", "metadata": {"n": "7"}}
    status, made = answer(upload(request("POST", "/videos", said)))
    path = f"/videos/{made['video']['id']}"
    assert (status, made["video"]["externalId"], made["video"]["metadata"]) == (201, "o-1", {"n": "7"})
    status, refused = answer(upload(request("POST", "/videos", said)))
    assert (status, refused["code"]) == (409, "external_id_taken")
    assert made["video"]["id"] in refused["message"]

    def found(**query: str) -> int:
        return len(answer(library(request("GET", "/videos", query=query)))[1]["videos"])

    asked = ({"q": "ROM"}, {"tag": "X"}, {"metadata": "n:7"}, {"externalId": "o-1"}, {"q": "ro", "sort": "title"},
             {"createdFrom": "2026-01-01T00:00:00Z"})  # fmt: skip
    assert [found(**each) for each in asked] == [1] * 6
    assert [found(q="paris"), found(tag="y"), found(metadata="n:8"), found(createdBefore="2026-01-01T00:00:00Z")] == [
        0
    ] * 4
    _, changed = answer(library(request("PATCH", path, {"title": "Paris", "externalId": "", "metadata": {}})))
    assert (changed["video"]["externalId"], changed["video"]["metadata"]) == (None, {})
    assert [found(q="paris"), found(q="rome"), found(externalId="o-1")] == [1, 0, 0]
    delete(request("DELETE", path))
    assert found(q="paris") == 0
    for wrong in (
        {"metadata": "n"},
        {"sort": "size"},
        {"createdFrom": "yesterday"},
        {"createdFrom": "2026-01-01T00:00:00"},
    ):
        assert answer(library(request("GET", "/videos", query=wrong)))[1]["code"] == "invalid_request", wrong
    for wrong in ({"metadata": {"a b": "c"}}, {"metadata": {"a": "x" * 501}}, {"externalId": "\x00"}):
        assert answer(upload(request("POST", "/videos", {**said, **wrong})))[1]["code"] == "invalid_request", wrong
