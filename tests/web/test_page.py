"""What somebody with a video can do on the page, in a real browser against the whole platform."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Request, Route

from local.api import Api
from local.deploy import resources
from local.platform import Platform
from tests.e2e.conftest import ended
from tests.playback.conftest import SECONDS
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
both_manifests = pytest.mark.parametrize("manifest", ["hls", "dash"])


def test_a_wrong_password_does_not_let_in_and_the_right_one_leads_back(stranger: Visitor) -> None:
    stranger.go("/upload")
    stranger.press("Sign in")
    stranger.fill_in("Not-the-one-1")
    assert "is wrong" in stranger.see("alert", "").inner_text()

    stranger.fill_in("Local-demo-1")

    stranger.see("heading", "Upload")
    assert stranger.page.url == f"{stranger.url}/upload"


def test_signing_out_forgets_the_session(stranger: Visitor) -> None:
    stranger.sign_in()

    stranger.press("Sign out")

    stranger.see("heading", "Upload once. Plays everywhere.")
    assert stranger.page.evaluate("localStorage.length") == 0
    assert stranger.page.context.cookies() == []


def shown_as_a_page(route: Route) -> None:
    """What the type of files by their names prevents."""
    response = route.fetch()
    route.fulfill(response=response, headers={**response.headers, "content-type": "text/html"})


def test_a_stored_page_runs_no_script_on_our_origin(visitor: Visitor, platform: Platform, video: str) -> None:
    bucket = next(each.physical_id for each in resources(platform.clients) if each.logical_id == "OutputBucket")
    page = b"<title>as stored</title><script>document.title = document.cookie + localStorage.length</script>"
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")

    for name, kind in (("x.html", "application/octet-stream"), ("x.m4s", "video/iso.segment")):
        stored = {"Bucket": bucket, "Key": f"videos/{video}/{name}"}
        platform.clients.s3.put_object(**stored, Body=page, ContentType="text/html")
        address = f"/videos/{video}/{name}"
        assert visitor.page.request.get(visitor.url + address).headers["content-type"] == kind
        with pytest.raises(Error, match="Download is starting"):
            visitor.go(address)
        visitor.page.route(visitor.url + address, shown_as_a_page)
        visitor.go(address)
        assert (visitor.page.title(), visitor.page.evaluate("self.origin")) == ("as stored", "null")
        platform.clients.s3.delete_object(**stored)
    visitor.forgive("sandboxed")


def test_a_dropped_clip_is_uploaded_and_followed_until_it_can_be_watched(visitor: Visitor, clip: Path) -> None:
    visitor.go("/upload")
    visitor.page.get_by_label("Fast").check()

    visitor.drop(clip)

    visitor.page.get_by_text(re.compile("^Uploaded · (Waiting|Encoding)")).wait_for()
    visitor.see("progressbar", f"Encoding of {clip.stem}")
    visitor.page.get_by_text("Uploaded · Ready").wait_for()
    visitor.page.get_by_role("link", name=clip.name).click()
    visitor.see("heading", clip.stem)
    assert visitor.page.get_by_role("rowheader").all_inner_texts() == ["360p"]
    visitor.until("video.readyState >= 2")


@both_manifests
def test_a_video_plays_and_time_goes_on(visitor: Visitor, video: str, manifest: str) -> None:
    visitor.go(f"/watch/{video}?format={manifest}")
    visitor.page.get_by_role("button", name="Play", exact=True).click()

    visitor.until("video.currentTime > 3")

    quality = visitor.ask(
        "(({totalVideoFrames, droppedVideoFrames}) => [totalVideoFrames, droppedVideoFrames])(video.getVideoPlaybackQuality())"
    )
    assert quality[0] > 20
    assert quality[1] < quality[0] / 3
    assert visitor.ask("video.duration") == pytest.approx(SECONDS, abs=0.2)


@both_manifests
def test_the_quality_can_be_chosen(visitor: Visitor, video: str, manifest: str) -> None:
    visitor.go(f"/watch/{video}?format={manifest}")
    visitor.until("video.readyState >= 2")

    for height in (240, 360):
        visitor.choose("Quality", f"{height}p")
        visitor.ask("video.currentTime += 5")
        visitor.until(f"video.videoHeight === {height}")


def test_the_slider_seeks_and_the_keys_do_too(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")

    visitor.page.get_by_role("slider", name="Seek").fill("20")
    visitor.until("!video.seeking && Math.abs(video.currentTime - 20) < 0.2")
    visitor.page.locator("video").press("j")
    visitor.until("!video.seeking && Math.abs(video.currentTime - 10) < 0.2")
    visitor.page.locator("video").press("5")

    visitor.until(f"!video.seeking && Math.abs(video.currentTime - {SECONDS / 2}) < 0.2")


@both_manifests
def test_captions_and_languages_can_be_chosen(visitor: Visitor, video: str, manifest: str) -> None:
    visitor.go(f"/watch/{video}?format={manifest}")
    visitor.until("video.readyState >= 2")

    visitor.choose("Audio", "Deutsch")
    visitor.choose("Captions", "English")
    # Of HLS, Shaka Player 5.2.12 shows captions once a segment of the picture has come after them.
    for at in (SECONDS - 3, 2):
        visitor.ask(f"video.currentTime = {at}")
        visitor.until("!video.seeking && video.readyState >= 2")

    caption = visitor.page.locator(".player").get_by_text("Hello you")
    caption.wait_for()
    assert visitor.is_within(caption, ".player")
    visitor.page.get_by_role("button", name="Settings").click()
    visitor.see("menuitem", "Audio Deutsch")


def test_the_seek_bar_shows_pictures_of_the_storyboard(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")
    bar = visitor.page.get_by_role("slider", name="Seek").bounding_box()
    assert bar

    with visitor.page.expect_response(re.compile(r"storyboard/\d+\.jpg")) as picture:
        visitor.page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)

    assert picture.value.status == 200
    preview = visitor.page.locator(".seek-preview")
    assert preview.inner_text() in ("0:12", "0:13")
    assert visitor.page.locator(".seek-tile").evaluate("(tile) => tile.style.backgroundImage").startswith("url(")


def test_a_video_is_renamed_tagged_found_and_deleted(visitor: Visitor, api: Api, source: Path) -> None:
    video = api.upload(source, lambda _: None)
    visitor.go(f"/watch/{video}")

    visitor.press("Rename")
    visitor.page.get_by_label("Title").fill("Ferry at dawn")
    visitor.press("Save")
    visitor.see("heading", "Ferry at dawn")
    visitor.page.get_by_label("Add a tag").fill("holiday")
    visitor.page.get_by_label("Add a tag").press("Enter")
    visitor.see("button", "Remove tag holiday")
    visitor.go("/")
    visitor.page.get_by_label("Search by title").fill("dawn holi")
    visitor.page.get_by_text("1 video shown").wait_for(state="attached")
    visitor.see("link", "Ferry at dawn").click()
    visitor.see("button", "Delete").click()
    visitor.press("Delete for good")

    visitor.see("heading", "Library")
    visitor.page.get_by_label("Search by title").fill("dawn holi")
    visitor.see("heading", "Nothing matches")


def test_a_share_page_names_its_address_to_nobody(stranger: Visitor, api: Api, video: str) -> None:
    share = api.call("POST", f"/videos/{video}/shares", {"expiresInHours": 1})["share"]
    url, asked = share["url"], list[Request]()
    stranger.page.on("request", lambda request: asked.append(request))

    stranger.page.goto(url)
    stranger.until("video.readyState >= 2")

    token = url.rsplit("/", 1)[1]
    assert any(token in each.url for each in asked)
    for each in asked:
        assert token not in each.all_headers().get("referer", ""), each.url
    api.call("DELETE", f"/videos/{video}/shares/{share['id']}")


def test_who_has_a_share_link_watches_without_an_account_until_it_is_revoked(
    visitor: Visitor, browser: Browser, video: str
) -> None:
    visitor.go(f"/watch/{video}")
    visitor.press("Create link")
    link = visitor.page.get_by_role("textbox", name="Link (shown only once)").input_value()
    guest = Visitor(browser.new_context().new_page(), visitor.url)
    for address in (link, f"{guest.url}/embed/{video}?share={link.rsplit('/', 1)[1]}"):
        guest.page.goto(address)
        guest.page.get_by_role("button", name="Play", exact=True).click()
        guest.until("video.currentTime > 0.5")

    visitor.page.get_by_role("button", name="Revoke the link").click()
    visitor.page.get_by_role("button", name="Revoke the link").wait_for(state="detached")
    guest.page.goto(link)

    guest.see("heading", "This link is no longer valid")
    guest.page.context.close()


def test_a_file_that_is_no_video_fails_with_advice(visitor: Visitor, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no video at all\n" * 100)
    visitor.go("/upload")

    visitor.page.set_input_files("#files", text)

    advice = visitor.page.locator(".row .tone-failed")
    advice.wait_for()
    assert "Upload MP4" in advice.inner_text()


def test_the_library_comes_in_pages(visitor: Visitor, api: Api) -> None:
    made = [api.call("POST", "/videos", {"filename": f"paged {n}.mp4", "size": 10})["video"]["id"] for n in range(26)]

    visitor.go("/?status=awaiting_upload")
    visitor.page.locator(".grid > li").nth(23).wait_for()
    assert visitor.page.locator(".grid > li").count() == 24
    visitor.press("Show more")

    visitor.page.locator(".grid > li").nth(25).wait_for()
    visitor.see("heading", "paged 0")
    for video_id in made:
        api.call("DELETE", f"/videos/{video_id}")


def test_what_was_measured_stands_in_the_table_of_renditions(visitor: Visitor, api: Api, source: Path) -> None:
    video_id = api.upload(source, lambda _: None, profile="measured")
    assert ended(api, video_id, 240)["status"] == "ready"

    visitor.go(f"/watch/{video_id}")

    visitor.see("columnheader", "VMAF")
    scores = visitor.page.locator("tbody td:last-child").all_inner_texts()
    assert scores
    assert all(50 < float(score) <= 100 for score in scores)
    api.call("DELETE", f"/videos/{video_id}")
