"""An upload that was interrupted goes on with the parts that are missing, and only with those."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from playwright.sync_api import Page, Request, Response, Route

from local.api import Api
from local.clients import KEY, REGION, SECRET
from local.platform import Platform
from tests.e2e.conftest import ended
from tests.e2e.test_upload import put
from tests.local.aws import until
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
PART = 8 * 2**20
PARTS = 5
ARRIVING = {1, 3}
PART_URL = re.compile(r"[?&]partNumber=\d+")
SENSIBLE = re.compile(r"[\d.]+ \w+ · starting|[\d.]+ \w+ of [\d.]+ \w+($| · .+/s)|Finishing the upload|Uploaded · ")
"""All that a page says of an upload with which nothing is wrong."""


@pytest.fixture
def large(source: Path, tmp_path: Path) -> Path:
    """A clip that takes five parts, most of it an MP4 box to be skipped."""
    content = source.read_bytes()
    filler = (PARTS - 1) * PART + 1000 - len(content)
    file = tmp_path / "large.mp4"
    file.write_bytes(content + filler.to_bytes(4) + b"free" + bytes(filler - 8))
    return file


def number(url: str) -> int:
    return int(parse_qs(urlsplit(url).query)["partNumber"][0])


def let_arrive(page: Page, wanted: set[int]) -> set[int]:
    """Hold every part but those back; the set fills with the ones that have arrived."""
    arrived: set[int] = set()

    def choose(route: Route) -> None:
        if number(route.request.url) in wanted:
            route.continue_()

    def note(response: Response) -> None:
        if PART_URL.search(response.url) and response.ok:
            arrived.add(number(response.url))

    page.route(PART_URL, choose)
    page.on("response", note)
    return arrived


def sent_parts(page: Page) -> list[int]:
    """Fills with the number of every part that is sent from now on."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PUT" and PART_URL.search(request.url):
            sent.append(number(request.url))

    page.on("request", note)
    return sent


def aged(url: str, seconds: int) -> str:
    """An address for the same, signed to be over so soon."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    _, bucket, key = parts.path.split("/", 2)
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    account = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    s3 = boto3.client("s3", REGION, endpoint_url=f"{parts.scheme}://{parts.netloc}", config=config, **account)
    if "partNumber" not in query:
        return str(s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds))
    params = {"Bucket": bucket, "Key": key, "UploadId": query["uploadId"], "PartNumber": int(query["partNumber"])}
    return str(s3.generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds))


def let_expire(page: Page, but: set[int]) -> list[str]:
    """Have the page be given addresses that are over, less those of some parts, until it asks for fresh ones.

    Fills with what the page asked the API for.
    """
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(f"{route.request.method} {urlsplit(route.request.url).path.rsplit('/', 1)[1]}")
        response = route.fetch()
        made = response.json()
        upload = made["upload"]
        if asked in (["POST videos"], ["POST videos", "GET upload"]) and not ("url" in upload and len(asked) > 1):
            for each in [upload] if "url" in upload else upload["parts"]:
                if each.get("partNumber") not in but:
                    each["url"] = aged(each["url"], 1)
            page.wait_for_timeout(2100)
        route.fulfill(response=response, json=made)

    page.route(re.compile(r"/api/videos(/\w+/upload)?$"), answer)
    return asked


def refusals(page: Page) -> list[int]:
    """Fills with the status of every refused PUT."""
    refused: list[int] = []

    def note(response: Response) -> None:
        if response.request.method == "PUT" and not response.ok:
            refused.append(response.status)

    page.on("response", note)
    return refused


def test_after_a_reload_only_the_missing_parts_are_sent(visitor: Visitor, api: Api, large: Path) -> None:
    arrived = let_arrive(visitor.page, ARRIVING)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != ARRIVING:
        visitor.page.wait_for_timeout(50)

    shown = visitor.see("progressbar", "Upload of large.mp4").get_attribute("aria-valuenow")
    visitor.page.reload()
    visitor.page.unroute(PART_URL)
    sent = sent_parts(visitor.page)
    with visitor.page.expect_file_chooser() as chooser:
        visitor.press("Resume")
    chooser.value.set_files(large)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    assert 40 <= int(shown or 0) <= 60
    assert sorted(sent) == sorted(set(range(1, PARTS + 1)) - ARRIVING)
    newest = api.call("GET", "/videos?limit=1")["videos"][0]
    assert newest["title"] == "large"
    assert ended(api, newest["id"], 240)["status"] == "ready"


def test_an_upload_waits_for_a_lost_network_and_goes_on_by_itself(visitor: Visitor, api: Api, large: Path) -> None:
    arrived = let_arrive(visitor.page, ARRIVING)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != ARRIVING:
        visitor.page.wait_for_timeout(50)

    visitor.page.context.set_offline(True)
    visitor.page.get_by_text(re.compile("^Offline, will resume by itself")).wait_for()
    visitor.page.unroute(PART_URL)
    sent = sent_parts(visitor.page)
    visitor.page.context.set_offline(False)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    visitor.forgive("net::ERR_INTERNET_DISCONNECTED")
    assert ARRIVING.isdisjoint(sent)
    assert ended(api, api.call("GET", "/videos?limit=1")["videos"][0]["id"], 240)["status"] == "ready"


def test_another_file_is_not_taken_for_the_one_that_was_begun(visitor: Visitor, large: Path, source: Path) -> None:
    let_arrive(visitor.page, set())
    visitor.go("/upload")
    with visitor.page.expect_request(PART_URL):
        visitor.page.set_input_files("#files", large)
    visitor.page.reload()

    with visitor.page.expect_file_chooser() as chooser:
        visitor.press("Resume")
    chooser.value.set_files(source)

    visitor.page.get_by_text("That is a different file").wait_for()
    visitor.press("Discard large.mp4")
    visitor.page.get_by_text("Unfinished", exact=True).wait_for(state="detached")


def test_an_upload_pauses_and_goes_on_and_can_be_cancelled(visitor: Visitor, api: Api, large: Path) -> None:
    arrived = let_arrive(visitor.page, {1})
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != {1}:
        visitor.page.wait_for_timeout(50)

    visitor.press("Pause large.mp4")
    visitor.page.get_by_text(re.compile("^Paused")).wait_for()
    sent = sent_parts(visitor.page)
    with visitor.page.expect_request(PART_URL):
        visitor.press("Resume large.mp4")
    visitor.press("Cancel large.mp4")

    visitor.page.get_by_text("large.mp4").wait_for(state="detached")
    assert 1 not in sent
    until(lambda: not begun(api, large), 30)


def test_an_upload_that_is_cancelled_while_its_page_is_left_is_removed_all_the_same(
    visitor: Visitor, api: Api, large: Path
) -> None:
    arrived = let_arrive(visitor.page, {1})
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != {1}:
        visitor.page.wait_for_timeout(50)
    assert begun(api, large)

    cancel = """document.querySelector('[aria-label="Cancel large.mp4"]')"""
    visitor.page.evaluate(f"() => {{ {cancel}.click(); location.assign('/'); }}")

    visitor.see("heading", "Library")
    until(lambda: not begun(api, large), 30)


def test_parts_whose_addresses_expired_are_sent_to_fresh_ones_and_no_other_part_is(
    visitor: Visitor, api: Api, large: Path
) -> None:
    asked, refused, sent = let_expire(visitor.page, ARRIVING), refusals(visitor.page), sent_parts(visitor.page)

    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    missing = set(range(1, PARTS + 1)) - ARRIVING
    assert set(refused) == {403}
    assert asked[2:] == ["GET upload"]
    assert sorted(number for number in sent if number in ARRIVING) == sorted(ARRIVING)
    assert set(sent) == ARRIVING | missing
    assert ended(api, api.call("GET", "/videos?limit=1")["videos"][0]["id"], 240)["status"] == "ready"


def test_a_small_file_whose_address_expired_is_sent_to_a_fresh_one(visitor: Visitor, api: Api, source: Path) -> None:
    asked, refused = let_expire(visitor.page, set()), refusals(visitor.page)

    visitor.go("/upload")
    visitor.page.set_input_files("#files", source)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    assert (asked, refused) == (["POST videos", "GET upload"], [403])
    assert ended(api, api.call("GET", "/videos?limit=1")["videos"][0]["id"], 240)["status"] == "ready"


def test_a_small_file_that_arrived_with_a_lost_answer_is_not_sent_over_itself(
    visitor: Visitor, api: Api, platform: Platform, source: Path
) -> None:
    refused = refusals(visitor.page)
    lose_the_first_answer(visitor.page, source)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", source)
    visitor.page.get_by_text("The connection was lost").wait_for()
    until(lambda: not begun(api, source), 30)
    visitor.press(f"Try {source.name} again")

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    visitor.page.unroute_all(behavior="ignoreErrors")
    for own in ("net::ERR_FAILED", "status of 409", "[Uppy]"):
        visitor.forgive(own)
    video_id = api.call("GET", "/videos?limit=1")["videos"][0]["id"]
    assert refused == []
    assert stored(platform, video_id) == source.read_bytes()
    assert ended(api, video_id, 240)["status"] == "ready"


def test_a_small_file_that_arrived_with_a_lost_answer_becomes_no_second_video(
    visitor: Visitor, api: Api, source: Path
) -> None:
    lose_the_first_answer(visitor.page, source)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", source)
    visitor.page.get_by_text("The connection was lost").wait_for()
    until(lambda: not begun(api, source), 30)
    newest = api.call("GET", "/videos?limit=1")["videos"][0]["id"]

    visitor.go("/upload")
    visitor.page.set_input_files("#files", source)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    visitor.page.unroute_all(behavior="ignoreErrors")
    for own in ("net::ERR_FAILED", "status of 409", "[Uppy]"):
        visitor.forgive(own)
    assert api.call("GET", "/videos?limit=1")["videos"][0]["id"] == newest
    assert ended(api, newest, 240)["status"] == "ready"


def lose_the_first_answer(page: Page, source: Path) -> None:
    """Let the whole source arrive and tell the page that it did not."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "PUT" or lost:
            return route.continue_()
        lost.append(route.request.url)
        # Playwright does not know the bytes of a file that is sent.
        arrived = put(
            {"url": route.request.url, "headers": {"If-None-Match": "*", "Content-Type": "video/mp4"}},
            source.read_bytes(),
        )
        assert arrived == 200
        return route.abort()

    page.route(re.compile(r"/uploads/\w+/source"), lose)


def begun(api: Api, file: Path) -> list[str]:
    """The videos that wait for this file."""
    listed = api.call("GET", "/videos?status=awaiting_upload&limit=100")["videos"]
    return [video["id"] for video in listed if video["title"] == file.stem]


def note_words_about(page: Page, name: str) -> None:
    """Have the page note everything that it says of one upload, in `window.said`."""
    page.evaluate(
        """(name) => {
          window.said = [];
          const note = () => {
            const row = [...document.querySelectorAll(".row")].find((one) => one.innerText.includes(name));
            const text = row?.querySelector("p.quiet")?.innerText;
            if (text && text !== window.said.at(-1)) window.said.push(text);
          };
          new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
        }""",
        name,
    )


def stored(platform: Platform, video_id: str) -> bytes:
    """The source of a video as it lies in its bucket."""
    s3 = platform.clients.s3
    names = [one["Name"] for one in s3.list_buckets()["Buckets"] if "sourcebucket" in one["Name"]]
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=names[0])["Contents"] if video_id in one["Key"]]
    return bytes(s3.get_object(Bucket=names[0], Key=keys[0])["Body"].read())


def test_an_upload_outlives_the_session_that_signed_its_addresses(
    visitor: Visitor, api: Api, platform: Platform, large: Path
) -> None:
    fault, held = platform.state / "faults" / "ended-sessions", list[Route]()
    fault.parent.mkdir(exist_ok=True)
    refused = refusals(visitor.page)
    # One handler to the end: a request on its way to a handler that is taken away is answered by nobody.
    visitor.page.route(PART_URL, lambda route: route.continue_() if fault.exists() else held.append(route))
    visitor.go("/upload")
    note_words_about(visitor.page, large.name)
    with visitor.page.expect_request(PART_URL):
        visitor.page.set_input_files("#files", large)

    fault.write_text("")
    for route in held:
        route.continue_()

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    visitor.page.unroute(PART_URL)
    fault.unlink()
    video_id = api.call("GET", "/videos?limit=1")["videos"][0]["id"]
    assert set(refused) == {400}
    assert [text for text in visitor.page.evaluate("window.said") if not SENSIBLE.match(text)] == []
    assert stored(platform, video_id) == large.read_bytes()
    assert ended(api, video_id, 240)["status"] == "ready"


def test_what_waits_for_its_turn_is_not_said_to_have_no_connection(
    visitor: Visitor, large: Path, tmp_path: Path
) -> None:
    """Four parts are sent at a time, so the second file begins when the first one is nearly done."""
    second = tmp_path / "second.mp4"
    second.write_bytes(large.read_bytes() + (8).to_bytes(4) + b"free")

    def slow(route: Route) -> None:
        visitor.page.wait_for_timeout(2500)
        route.continue_()

    visitor.page.route(PART_URL, slow)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", [large, second])

    said: set[str] = set()
    for _ in range(50):
        said.update(visitor.page.locator(".row .quiet").all_inner_texts())
        visitor.page.wait_for_timeout(250)
    visitor.page.unroute_all(behavior="ignoreErrors")
    visitor.page.get_by_text(re.compile("^Uploaded")).nth(1).wait_for()

    assert not any("connection" in text for text in said), said
