"""The one port of the platform, with CloudFront's routes: `/` page, `/api/*` API, `/videos/*` and `/downloads/*` files.

Everything but the page goes through the emulator's CloudFront distribution of our stack, so its behaviours, its
policies, the origin access control and the bucket policy are in force. Nothing is held whole here.
"""

import http.client
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.web import FILE_HEADERS, Answer, Asked, Site, file_headers

PIECE_BYTES = 256 * 1024
FILES = ("/videos/", "/downloads/")
ROUTED = ("/api/", *FILES)
UPSTREAM_TIMEOUT_SECONDS = 120
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "upgrade")
)
VIEWER_ADDRESS = "x-viewer-address"
UNFIT_FOR_ORIGIN = HOP_BY_HOP | {VIEWER_ADDRESS, "host", "transfer-encoding", "expect"}
UNFIT_FOR_VIEWER = HOP_BY_HOP | {"transfer-encoding", "date", "server"}


@dataclass(frozen=True, slots=True)
class Origin:
    """The emulator's port, the domain name of our stack's distribution there, and whether videos need a signature."""

    port: int
    distribution: str
    is_private: bool = False


def is_ours(path: str) -> bool:
    """Whether the distribution has a behaviour for a request path."""
    return path.startswith(ROUTED)


class _Exchange(BaseHTTPRequestHandler):
    """One connection of a viewer."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "vod-local", ""
    server: "Cdn"

    def _answer(self) -> None:
        self._answered = False
        path = self.path.partition("?")[0]
        if not is_ours(path):
            self._send(self._page(path))
            return
        try:
            self._relay()
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            if not self._answered:
                self._send(Answer(502, b"The emulator does not answer.\n", TEXT))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _page(self, path: str) -> Answer:
        if self.server.site:
            length = min(PIECE_BYTES, int(self.headers.get("Content-Length") or 0))
            query, host = self.path.partition("?")[2], self.headers.get("Host", "")
            body, authorization = self.rfile.read(length), self.headers.get("Authorization", "")
            answer = self.server.site.answer(Asked(self.command, path, query, host, body, authorization))
            if answer:
                return answer
        elif path == "/" and self.command in ("GET", "HEAD"):
            return Answer(200, self.server.page.encode(), {"Content-Type": "text/html; charset=utf-8"})
        return Answer(404, b"Not found. The API is at /api/, videos are at /videos/.\n", TEXT)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _relay(self) -> None:
        assert self.server.origin
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.origin.port, timeout=UPSTREAM_TIMEOUT_SECONDS)
        try:
            self._forward(upstream, self.server.origin.distribution)
            self._return(upstream.getresponse())
        finally:
            upstream.close()

    def _forward(self, upstream: http.client.HTTPConnection, host: str) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        upstream.putheader("Host", host)
        # Viewers of CloudFront speak https; on this machine the loopback interface stands for it.
        upstream.putheader("X-Forwarded-Proto", "https")
        # What the viewer asked for: signatures are good for one address only.
        upstream.putheader(VIEWER_ADDRESS, f"http://{self.headers.get('Host', '')}")
        for name, value in self.headers.items():
            if name.lower() not in UNFIT_FOR_ORIGIN:
                upstream.putheader(name, value)
        upstream.endheaders()
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0:
            piece = self.rfile.read(min(PIECE_BYTES, left))
            if not piece:
                raise ConnectionError("the viewer stopped sending")
            upstream.send(piece)
            left -= len(piece)

    def _return(self, response: http.client.HTTPResponse) -> None:
        self._answered = True
        self.send_response(response.status)
        length = response.getheader("Content-Length")
        edge = self._edge_headers(response)
        replaced = UNFIT_FOR_VIEWER | {name.lower() for name in edge}
        for name, value in response.getheaders():
            if name.lower() not in replaced:
                self.send_header(name, value)
        for name, value in edge.items():
            self.send_header(name, value)
        if length is None and self.command != "HEAD" and response.status not in (204, 304):
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        while piece := response.read(PIECE_BYTES):
            self.wfile.write(piece)

    def _edge_headers(self, response: http.client.HTTPResponse) -> dict[str, str]:
        """What our stack's distribution says of a video's file, also where no Node.js runs its function."""
        if not self.path.startswith(FILES):
            return {}
        if response.status >= 400:
            return FILE_HEADERS
        assert self.server.origin
        cached = response.getheader("Cache-Control") or ""
        return FILE_HEADERS | file_headers(self.path.partition("?")[0], cached, self.server.origin.is_private)

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are not logged: the terminal belongs to the user."""


class Cdn(ThreadingHTTPServer):
    """The port. It is bound when made, so a busy one is known before anything else starts; it serves after `serve`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.origin: Origin | None = None
        self.page = ""
        self.site: Site | None = None

    @property
    def port(self) -> int:
        """The port, also when any free one was asked for."""
        return int(self.server_address[1])

    def serve(self, origin: Origin, page: str, site: Site | None = None) -> None:
        """Answer requests from now on, in threads of this process; `page` stands at `/` where no site was built."""
        self.origin, self.page, self.site = origin, page, site
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True, name="cdn").start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self.origin:
            self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A viewer that goes away is no event."""


def free_port(preferred: int = 0) -> int:
    """A port nobody listens on: `preferred` if it is free."""
    for candidate in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")
