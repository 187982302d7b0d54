"""Answers of S3 that break in the middle: a server that ends them early, hangs, or has another object meanwhile."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.config import Config

from tests.arrivals import arrived
from vod.aws import retry
from vod.aws.bodies import Changed, ObjectBytes
from vod.aws.objects import S3Output, S3SourceFiles
from vod.aws.ranged import RangedFile
from vod.errors import EncodeInterrupted
from vod.plan.plan import SourceObject

DATA = bytes(range(251)) * 40_000
REPLACED = b"<Error><Code>PreconditionFailed</Code><Message>A pre-condition did not hold</Message></Error>"
BUCKET, KEY = "bucket", "videos/x/index.mpd"


class Store:
    """One object behind HTTP; `cut` says after how many bytes the answer number so-and-so ends (None: whole)."""

    def __init__(self, cut: Callable[[int], int | None]) -> None:
        self.data, self.cut, self.asked, self.hang = DATA, cut, [], 0.0
        self.on_answer: Callable[[], None] = lambda: None

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.data).hexdigest()}"'


def handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted, tag = self.headers.get("Range"), self.headers.get("If-Match")
            store.asked.append(wanted)
            if tag and tag != store.tag:
                self.send_response(412)
                self.send_header("Content-Length", str(len(REPLACED)))
                self.end_headers()
                self.wfile.write(REPLACED)
                return
            first, last = map(int, wanted.removeprefix("bytes=").split("-")) if wanted else (0, len(store.data) - 1)
            data = store.data[first : last + 1]
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ETag", store.tag)
            self.end_headers()
            cut = store.cut(len(store.asked))
            self.wfile.write(data[:cut])
            self.wfile.flush()
            store.on_answer()
            if cut is not None:
                time.sleep(store.hang)

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Store], Any]]:
    """A client of S3 whose every request goes to the given store."""
    servers: list[ThreadingHTTPServer] = []

    def start(store: Store) -> Any:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(store))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return Session("key", "secret", region_name="us-east-1").client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            config=Config(read_timeout=1, s3={"addressing_style": "path"}),
        )

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """No moto here: these clients talk to a server."""
    monkeypatch.setattr(retry, "FIRST_SECONDS", 0.001)


def broken_at_first(number: int) -> int | None:
    return 1_500_000 if number <= 2 else None


def test_a_part_goes_on_where_its_body_broke(serve: Callable[[Store], Any]) -> None:
    store = Store(broken_at_first)
    stored = ObjectBytes(serve(store), BUCKET, KEY)

    assert stored.read(100, 9_000_000) == DATA[100:9_000_000]
    starts = [int(asked.removeprefix("bytes=").split("-")[0]) for asked in store.asked]
    assert starts[0] == 100
    assert starts[0] < starts[1] <= 1_500_100
    assert starts[1] < starts[2]


def test_a_whole_object_goes_on_where_its_body_broke(serve: Callable[[Store], Any]) -> None:
    store = Store(broken_at_first)

    assert S3Output(serve(store), BUCKET).get(KEY) == DATA
    assert store.asked[0] is None
    assert len(store.asked) == 3


def test_a_file_over_an_object_goes_on_where_its_body_broke(serve: Callable[[Store], Any]) -> None:
    store = Store(lambda number: 1_000 if number == 1 else None)
    file = RangedFile(ObjectBytes(serve(store), BUCKET, KEY).read, len(DATA))

    file.seek(4_000_000)

    assert file.read(50) == DATA[4_000_000:4_000_050]


def test_a_body_that_hangs_is_asked_for_again(serve: Callable[[Store], Any]) -> None:
    store = Store(lambda number: 300_000 if number == 1 else None)
    store.hang = 5

    began = time.monotonic()
    assert ObjectBytes(serve(store), BUCKET, KEY).read_all() == DATA
    assert time.monotonic() - began < store.hang


def test_pieces_of_two_objects_are_never_put_together(serve: Callable[[Store], Any]) -> None:
    store = Store(lambda number: 1_000_000 if number == 1 else None)

    def replace() -> None:
        store.data = DATA[::-1]

    store.on_answer = replace
    client = serve(store)
    stored = ObjectBytes(client, BUCKET, KEY)

    with pytest.raises(Changed):
        stored.read(0, len(DATA))


def test_what_replaced_an_object_of_the_output_meanwhile_is_read_instead(serve: Callable[[Store], Any]) -> None:
    store = Store(lambda number: 1_000_000 if number == 1 else None)

    def replace() -> None:
        store.data = b"the manifest of later"

    store.on_answer = replace

    assert S3Output(serve(store), BUCKET).get(KEY) == b"the manifest of later"


def test_a_connection_that_always_breaks_is_an_error_and_no_source(
    serve: Callable[[Store], Any], tmp_path: Path
) -> None:
    files = S3SourceFiles(serve(Store(lambda _: 0)), BUCKET)
    source = SourceObject(bucket=BUCKET, key=KEY, version="v1", size=len(DATA))

    with pytest.raises(OSError, match="0 of 1000 bytes came in 8 tries"):
        arrived(files, source, [(0, 1000)], tmp_path / "source")

    assert not (tmp_path / "source.whole").exists()


def test_a_stop_ends_a_fetch_between_two_tries(serve: Callable[[Store], Any], tmp_path: Path) -> None:
    stop, store = threading.Event(), Store(lambda _: 0)
    store.on_answer = stop.set
    source = SourceObject(bucket=BUCKET, key=KEY, version="v1", size=len(DATA))

    with pytest.raises(EncodeInterrupted):
        arrived(S3SourceFiles(serve(store), BUCKET, stop), source, [(0, len(DATA))], tmp_path / "source")

    assert len(store.asked) <= 8


def test_a_fetch_over_breaking_connections_has_every_byte(serve: Callable[[Store], Any], tmp_path: Path) -> None:
    client = serve(Store(lambda number: 700_000 if number % 3 else None))
    source = SourceObject(bucket=BUCKET, key=KEY, version="v1", size=len(DATA))

    wanted = [(0, 3_000_000), (4_000_000, len(DATA))]
    copy = arrived(S3SourceFiles(client, BUCKET), source, wanted, tmp_path / "source")

    assert copy[:3_000_000] + copy[4_000_000:] == DATA[:3_000_000] + DATA[4_000_000:]
