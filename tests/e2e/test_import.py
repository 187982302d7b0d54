"""Files that the platform fetches itself: from a server of this machine, and from a bucket of a customer's."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.api import Api, ApiError
from local.platform import Options, Platform
from tests.e2e.conftest import ended, physical_ids
from tests.e2e.test_client import large
from tests.e2e.test_reconcile import reconcile
from tests.lanes import TASKS_ONLY
from tests.local.aws import until
from tests.media.generate import decoded_frames

BUCKET = "a-customer-s-films"
MIB = 2**20


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    given = {
        **TASKS_ONLY,
        "ImportBuckets": f"arn:aws:s3:::{BUCKET},arn:aws:s3:::another-one",
        "MaxSourceGiB": "1",
        "DailyUploadPerOwnerGiB": "5",
    }
    with Platform(Options(tmp_path_factory.mktemp("platform"), port=0, parameters=given)) as running:
        yield running


@pytest.fixture(scope="module")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


@pytest.fixture(scope="module")
def made(platform: Platform) -> Callable[[str], str]:
    return physical_ids(platform)


class Films(BaseHTTPRequestHandler):
    """Files of a folder, which break off the first time at 20 MiB."""

    def do_GET(self) -> None:
        server: Any = self.server
        content = (server.folder / self.path.partition("?")[0].strip("/")).read_bytes()
        first = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        server.asked.append(first)
        server.gate.wait(30)
        self.send_response(206 if first else 200)
        self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.send_header("Content-Type", "video/mp4")
        if "untagged" not in self.path:
            self.send_header("ETag", '"one"')
        self.end_headers()
        stop = 20 * MIB if len(server.asked) == 1 else len(content)
        self.wfile.write(content[first : first + stop])

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def films(tmp_path: Path) -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Films) as server:
        server.folder, server.asked, server.gate = tmp_path, [], threading.Event()  # type: ignore[attr-defined]
        server.gate.set()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_film_comes_from_its_address_also_when_that_breaks_off(api: Api, films: Any) -> None:
    film = large(films.folder / "large.mp4", 40)

    asked = {
        "url": f"http://127.0.0.1:{films.server_port}/large.mp4?signature=secret",
        "title": "Far away",
        "externalId": "far",
    }
    made = api.call("POST", "/videos", asked)["video"]
    assert made["import"]["url"].endswith("/large.mp4")
    with pytest.raises(ApiError, match="itself"):
        api.call("GET", f"/videos/{made['id']}/upload")
    video = ended(api, made["id"])

    assert video["status"] == "ready", video["error"]
    assert (video["title"], video["size"]) == ("Far away", film.stat().st_size)
    assert (video["import"]["received"], video["import"]["total"]) == (video["size"], video["size"])
    assert decoded_frames(video["playback"]["hls"]) == decoded_frames(str(film))
    assert api.call("PATCH", f"/videos/{made['id']}", {"externalId": ""})["video"]["externalId"] is None
    assert films.asked[0] == 0
    assert all(first and first % (8 * MIB) == 0 for first in films.asked[1:])  # behind the parts that had come


def test_where_nobody_tells_whether_it_is_the_same_it_comes_from_the_beginning(api: Api, films: Any) -> None:
    film = large(films.folder / "untagged.mp4", 40)

    video = ended(
        api, api.call("POST", "/videos", {"url": f"http://127.0.0.1:{films.server_port}/untagged.mp4"})["video"]["id"]
    )

    assert (video["status"], video["size"]) == ("ready", film.stat().st_size), video["error"]
    assert films.asked == [0, 0]


def test_an_import_that_makes_no_progress_is_begun_again(
    api: Api, platform: Platform, made: Callable[[str], str], films: Any
) -> None:
    large(films.folder / "large.mp4", 1)
    films.gate.clear()
    video = api.call("POST", "/videos", {"url": f"http://127.0.0.1:{films.server_port}/large.mp4"})["video"]["id"]
    until(lambda: films.asked)

    assert reconcile(platform, made)["import_resumed"] >= 1
    until(lambda: len(films.asked) == 2)
    films.gate.set()

    assert ended(api, video)["status"] == "ready"


def test_a_film_comes_from_a_customer_s_bucket(api: Api, platform: Platform, source: Path) -> None:
    s3 = platform.clients.s3
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="rome été.mp4", Body=source.read_bytes())

    video = ended(api, api.call("POST", "/videos", {"url": f"s3://{BUCKET}/rome%20%C3%A9t%C3%A9.mp4"})["video"]["id"])

    assert (video["status"], video["title"]) == ("ready", "rome été.mp4"), video["error"]
    for other in ("s3://somebody-else-s/a.mp4", "s3://another-one"):
        with pytest.raises(ApiError, match="invalid_request"):
            api.call("POST", "/videos", {"url": other})
    s3.create_bucket(Bucket="another-one")
    gone = ended(api, api.call("POST", "/videos", {"url": "s3://another-one/none.mp4"})["video"]["id"])
    assert (gone["status"], gone["error"]["code"], gone["error"]["retryable"]) == ("failed", "import_refused", False)


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://2130706433/",
        "https://0x7f.1:9001/2018-06-01/runtime/invocation/next", "https://10.0.0.1/", "https://[::ffff:a9fe:a9fe]/",
    ],
)  # fmt: skip
def test_nothing_is_fetched_from_where_the_platform_alone_can_go(api: Api, url: str) -> None:
    video = ended(api, api.call("POST", "/videos", {"url": url})["video"]["id"])

    assert (video["status"], video["error"]["code"]) == ("failed", "import_refused"), video
    assert "public" in video["error"]["message"]


def test_a_page_is_no_film(api: Api, platform: Platform) -> None:
    video = ended(
        api, api.call("POST", "/videos", {"url": platform.url.replace("localhost", "127.0.0.1")})["video"]["id"]
    )

    assert (video["status"], video["error"]["code"]) == ("failed", "import_refused")


def test_an_import_can_be_deleted_and_leaves_nothing(api: Api, platform: Platform, films: Any) -> None:
    large(films.folder / "large.mp4", 40)
    films.asked.append(0)
    video = api.call("POST", "/videos", {"url": f"http://127.0.0.1:{films.server_port}/large.mp4"})["video"]["id"]

    api.call("DELETE", f"/videos/{video}")

    with pytest.raises(ApiError, match="not_found"):
        api.video(video)
