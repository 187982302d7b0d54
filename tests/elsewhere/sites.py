"""A site of somebody else: pages that a test writes, on an origin that is not the platform's."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.playback.site import running

TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}


class Site(ThreadingHTTPServer):
    """Serves `pages` by path, and files of folders by the first part of the path."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.pages: dict[str, str] = {}
        self.folders: dict[str, Path] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, html: str) -> str:
        """The address of a page with this text."""
        path = f"/page-{len(self.pages)}.html"
        self.pages[path] = f'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">{html}'
        return self.origin + path

    def framing(self, address: str) -> str:
        """The address of a page with a frame."""
        return self.page(
            f'<body style="font:16px sans-serif"><h1>Somebody else\'s page</h1>'
            f'<iframe src="{address}" width="640" height="360" allow="autoplay; fullscreen" style="border:0"></iframe>'
        )


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        found = self._found()
        self.send_response(200 if found else 404)
        body, kind = found or (b"", "text/plain")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _found(self) -> tuple[bytes, str] | None:
        path = self.path.partition("?")[0]
        if path in self.server.pages:
            return self.server.pages[path].encode(), TYPES[".html"]
        first, _, rest = path[1:].partition("/")
        file = self.server.folders.get(first, Path("/nowhere")) / rest
        return (file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream")) if file.is_file() else None

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Site]:
    with Site() as site, running(site):
        yield site
