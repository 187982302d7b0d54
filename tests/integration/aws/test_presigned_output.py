"""What is stored under presigned addresses: once, with the headers that were signed, again where the answer is lost."""

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto import mock_aws

from vod.aws import retry
from vod.aws.presigned import PresignedOutput, with_session, without_session
from vod.errors import AddressRefused, AlreadyStored

KEY, SECRET = "videos/id/run/v240/00000.m4s", "X-Amz-Signature=secret"
Answer = Callable[[int], int | None]
"""To the number of a request, from 1: its status, None where the connection breaks without an answer."""
Serve = Callable[[Answer], PresignedOutput]


@pytest.fixture
def asked() -> list[dict[str, str]]:
    return []


@pytest.fixture
def serve(asked: list[dict[str, str]]) -> Iterator[Serve]:
    servers: list[ThreadingHTTPServer] = []

    def begin(answer: Answer) -> PresignedOutput:
        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def _answer(self) -> None:
                asked.append(dict(self.headers))
                status = answer(len(asked))
                self.close_connection = True
                if status is None:
                    return
                body = b"plan" if status == 200 else b"<Error><Code>AccessDenied</Code><Signed>secret</Signed></Error>"
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{servers[-1].server_port}/key?{SECRET}"
        return PresignedOutput({KEY: url}, {"plan": url}, pause=lambda _: None)

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_object_is_stored_with_the_headers_that_were_signed(serve: Serve, asked: list[dict[str, str]]) -> None:
    serve(lambda _: 200).put(KEY, b"data")

    (sent,) = asked
    assert sent["If-None-Match"] == "*"
    assert sent["Content-Type"] == "video/iso.segment"
    assert sent["Cache-Control"].endswith("immutable")


def test_what_is_there_is_not_replaced(serve: Serve) -> None:
    with pytest.raises(AlreadyStored):
        serve(lambda _: 412).put(KEY, b"data")


@pytest.mark.parametrize("lost", [None, 500, 503])
def test_what_a_lost_try_stored_is_not_taken_for_somebody_elses(
    lost: int | None, serve: Serve, asked: list[dict[str, str]]
) -> None:
    serve(lambda number: lost if number == 1 else 412).put(KEY, b"data")

    assert len(asked) == 2


@pytest.mark.parametrize("status", [409, 429])
def test_where_nothing_was_stored_by_the_try_before_it_is_somebody_elses(status: int, serve: Serve) -> None:
    with pytest.raises(AlreadyStored):
        serve(lambda number: status if number == 1 else 412).put(KEY, b"data")


def test_what_does_not_pass_is_an_error_in_the_end(serve: Serve, asked: list[dict[str, str]]) -> None:
    with pytest.raises(OSError, match="503"):
        serve(lambda _: 503).put(KEY, b"data")

    assert len(asked) == retry.TRIES


@pytest.mark.parametrize("status", [400, 403])
def test_an_address_that_is_taken_no_longer_is_told_without_the_address(status: int, serve: Serve) -> None:
    output = serve(lambda _: status)

    for ask in (lambda: output.put(KEY, b"data"), lambda: output.get("plan")):
        with pytest.raises(AddressRefused) as refused:
            ask()
        assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_only_what_has_an_address_is_read_and_stored(serve: Serve) -> None:
    output = serve(lambda _: 200)

    assert output.get("plan") == b"plan"
    with pytest.raises(KeyError):
        output.get(KEY)
    with pytest.raises(KeyError):
        output.put("plan.json", b"data")


@mock_aws
def test_a_session_is_taken_out_of_an_address_and_put_back() -> None:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-central-1"}
    client = boto3.client("s3", **keys, aws_session_token="to/ken+with=signs")  # type: ignore[call-overload]
    url = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    assert "Security-Token=to%2Fken%2Bwith%3Dsigns" in url or "security-token=to%2Fken%2Bwith%3Dsigns" in url.lower()

    short = without_session(url)

    assert "ken" not in short
    assert sorted(with_session(short, "to/ken+with=signs").partition("?")[2].split("&")) == sorted(
        url.partition("?")[2].split("&")
    )
