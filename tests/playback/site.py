"""A player's page, the players and one run's files on a port of this machine, with the content types of the bucket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from vod.aws.stored_as import TYPES

HERE = Path(__file__).parent
_PAGE_TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8"}


class Site(ThreadingHTTPServer):
    """Serves `/` (the page), `/player/` (its scripts) and `/run/` (a run); notes what was asked for and is not there."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, player: Path, run: Path, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.page = HERE / page
        self.folders = {"player": player, "run": run}
        self.missing: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        file = self._file()
        if file is None:
            self.server.missing.append(self.path)
            self.send_error(404)
            return
        body, kind = file.read_bytes(), file.suffix[1:]
        self.send_response(200)
        self.send_header("Content-Type", _PAGE_TYPES.get(kind) or TYPES[kind][0])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self) -> Path | None:
        if self.path == "/":
            return self.server.page
        folder, _, name = self.path[1:].partition("/")
        path = self.server.folders.get(folder, HERE / "nowhere") / name
        return path if path.is_file() else None

    def handle(self) -> None:
        with suppress(ConnectionError):  # a player that changes its mind hangs up
            super().handle()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def served(player: Path, run: Path, page: str = "player.html") -> Iterator[Site]:
    with Site(player, run, page) as site, running(site):
        yield site


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    """Serve in a thread while the body runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
