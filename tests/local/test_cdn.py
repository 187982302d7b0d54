"""The one port hands requests through unchanged."""

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.cdn import Cdn, Origin, free_port, is_ours

BIG = b"0123456789abcdef" * 100_000


class Upstream(BaseHTTPRequestHandler):
    """Stands for the emulator: answers what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(BIG if "big" in self.path else f"{self.path} {self.headers['Host']}".encode())

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"]))[::-1])

    def answer(self, body: bytes) -> None:
        self.send_response(206 if self.headers.get("Range") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Seen", " ".join(f"{k}={v}" for k, v in self.headers.items() if k.lower() != "host"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def cdn(upstream: ThreadingHTTPServer) -> Iterator[Cdn]:
    made = Cdn(0)
    made.serve(Origin(upstream.server_address[1], "d1.cloudfront.net"), "<h1>page</h1>")
    yield made
    made.stop()


def ask(cdn: Cdn, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", cdn.port, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answer = response.read(), response.getheader("X-Seen") or ""
    connection.close()
    return response.status, *answer


@pytest.mark.parametrize(
    ("path", "ours"),
    [("/api/videos", True), ("/videos/a/b.m4s", True), ("/", False), ("/videos", False), ("/jobs/x", False)],
)
def test_only_two_prefixes_reach_the_distribution(path: str, ours: bool) -> None:
    assert is_ours(path) is ours


def test_requests_reach_the_distribution_by_its_own_name(cdn: Cdn) -> None:
    status, body, seen = ask(cdn, "/videos/a%20b?x=1", Authorization="Bearer t")

    assert (status, body) == (200, b"/videos/a%20b?x=1 d1.cloudfront.net")
    assert "Authorization=Bearer t" in seen
    assert "X-Forwarded-Proto=https" in seen


def test_bodies_pass_in_both_directions(cdn: Cdn) -> None:
    assert ask(cdn, "/api/videos", "POST", b"abc" * 300_000)[1] == b"cba" * 300_000
    assert ask(cdn, "/videos/big")[1] == BIG


def test_range_requests_keep_their_status(cdn: Cdn) -> None:
    status, _, seen = ask(cdn, "/videos/a", Range="bytes=0-1")

    assert status == 206
    assert "Range=bytes=0-1" in seen


def test_the_page_is_ours_and_everything_else_is_missing(cdn: Cdn) -> None:
    assert ask(cdn, "/")[:2] == (200, b"<h1>page</h1>")
    assert ask(cdn, "/jobs/secret")[0] == 404


def test_an_emulator_that_is_gone_is_a_bad_gateway(cdn: Cdn, upstream: ThreadingHTTPServer) -> None:
    upstream.shutdown()
    upstream.server_close()

    assert ask(cdn, "/api/videos")[0] == 502


def test_a_taken_port_is_not_free() -> None:
    taken = Cdn(0)

    assert free_port(taken.port) != taken.port
    taken.stop()
