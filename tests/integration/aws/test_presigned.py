"""A source under a presigned address: read by ranges, asked for again where it breaks, and never named in an error."""

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vod.aws import retry
from vod.aws.presigned import PresignedBytes
from vod.aws.ranged import RangedFile
from vod.errors import AddressRefused

DATA = bytes(range(251)) * 4_000
SECRET = "X-Amz-Signature=secret"
Answer = Callable[[int], tuple[int, int | None]]
"""To the number of a request, from 1: its status, and after how many bytes the body breaks."""
Serve = Callable[[Answer], PresignedBytes]


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def serve(asked: list[str]) -> Iterator[Serve]:
    servers: list[ThreadingHTTPServer] = []

    def begin(answer: Answer) -> PresignedBytes:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.headers["Range"])
                status, breaks = answer(len(asked))
                first, last = map(int, asked[-1].removeprefix("bytes=").split("-"))
                body = (
                    DATA[first : last + 1]
                    if status == 206
                    else b"<Error><Code>AccessDenied</Code><Signed>secret</Signed></Error>"
                )
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:breaks])
                self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return PresignedBytes(f"http://127.0.0.1:{servers[-1].server_port}/key?{SECRET}", pause=lambda _: None)

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def test_only_the_blocks_that_are_looked_at_are_asked_for(serve: Serve, asked: list[str]) -> None:
    file = RangedFile(serve(lambda _: (206, None)).read, len(DATA))

    file.seek(-10, 2)

    assert file.read() == DATA[-10:]
    assert asked == [f"bytes=0-{len(DATA) - 1}"]


def test_a_body_that_breaks_goes_on_where_it_broke(serve: Serve, asked: list[str]) -> None:
    stored = serve(lambda number: (206, 300_000 if number < 3 else None))

    assert stored.read(0, len(DATA)) == DATA
    assert len(asked) == 3
    assert int(asked[1].removeprefix("bytes=").split("-")[0]) > 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_asked_again(status: int, serve: Serve, asked: list[str]) -> None:
    stored = serve(lambda number: (status if number < 3 else 206, None))

    assert stored.read(5, 9) == DATA[5:9]
    assert len(asked) == 3


def test_what_does_not_pass_is_an_error_in_the_end(serve: Serve, asked: list[str]) -> None:
    with pytest.raises(OSError, match="0 of 4 bytes"):
        serve(lambda _: (503, None)).read(5, 9)

    assert len(asked) == retry.TRIES


@pytest.mark.parametrize("status", [400, 403])
def test_an_address_that_is_over_is_refused_at_once(status: int, serve: Serve, asked: list[str]) -> None:
    with pytest.raises(AddressRefused, match=f"{status} AccessDenied"):
        serve(lambda _: (status, None)).read(0, 4)

    assert len(asked) == 1


def test_a_source_that_is_gone_is_neither_asked_again_nor_signed_again(serve: Serve, asked: list[str]) -> None:
    with pytest.raises(OSError, match="404"):
        serve(lambda _: (404, None)).read(0, 4)

    assert len(asked) == 1


@pytest.mark.parametrize("status", [206, 403, 404, 503])
def test_no_error_tells_the_address(status: int, serve: Serve) -> None:
    with pytest.raises(Exception) as told:
        serve(lambda _: (status, 1 if status == 206 else None)).read(0, 40)

    assert "secret" not in "".join(traceback.format_exception(told.value))


def test_an_address_without_anybody_is_not_told_either() -> None:
    with pytest.raises(OSError) as told:
        PresignedBytes(f"http://127.0.0.1:1/key?{SECRET}", pause=lambda _: None).read(0, 4)

    assert "secret" not in "".join(traceback.format_exception(told.value))
