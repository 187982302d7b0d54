"""Videos in frames of other people's pages, in a browser that keeps data for such frames and in one that does not."""

import re

import pytest

from local.platform import PAGE, PASSWORD, REPOSITORY, USER
from tests.elsewhere.conftest import Running
from tests.elsewhere.guest import Guest
from tests.elsewhere.sites import Site

pytestmark = pytest.mark.slow
LOOK = "(() => { try { return typeof localStorage } catch (error) { return error.name } })()"


def opened(guest: Guest, site: Site, address: str) -> None:
    guest.platform = address
    guest.go(site.framing(address))


def test_the_two_browsers_differ_in_what_a_frame_may_keep(
    guest: Guest, storage: str, private: Running, site: Site
) -> None:
    opened(guest, site, f"{private.url}/embed/")

    assert guest.frame.evaluate(LOOK) == {"kept": "object", "blocked": "SecurityError"}[storage]


def test_a_private_video_plays_by_its_link_with_everything(guest: Guest, private: Running, site: Site) -> None:
    opened(guest, site, private.embedded(private.share()))

    guest.until("video", guest.frame)
    guest.frame.get_by_role("button", name="Play", exact=True).click()
    guest.plays(guest.frame)

    guest.frame.get_by_role("button", name="Settings").click()
    guest.frame.get_by_role("menuitem", name="Captions").click()
    guest.frame.get_by_role("menuitemradio", name="English", exact=True).click()
    bar = guest.frame.get_by_role("slider", name="Seek").bounding_box()
    assert bar
    guest.page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    guest.until("document.querySelector('.seek-tile')", guest.frame)
    guest.until("document.querySelector('.shaka-text-container')?.innerText.includes('Hello')", guest.frame)
    guest.page.wait_for_timeout(500)
    assert guest.refusals() == []
    assert guest.complaints == []
    for ending in ("poster.jpg", "storyboard.vtt", "0.jpg", ".m4s"):
        assert {each.status for each in guest.fetched(ending)} == {200}, ending


def test_a_public_video_plays_for_everybody(guest: Guest, public: Running, site: Site) -> None:
    opened(guest, site, public.embedded())

    guest.until("video", guest.frame)
    guest.frame.get_by_role("button", name="Play", exact=True).click()
    guest.plays(guest.frame)

    assert guest.refusals() == []
    assert guest.complaints == []


def signed_in(guest: Guest, running: Running) -> None:
    """As the owner, on the page of the video."""
    guest.platform = running.url
    guest.go(running.url)
    guest.page.get_by_role("button", name="Sign in").click()
    guest.page.get_by_label("User").fill(USER)
    guest.page.get_by_label("Password").fill(PASSWORD)
    guest.page.get_by_role("button", name="Sign in").click()
    guest.page.get_by_role("heading", name="Library").wait_for()
    guest.go(f"{running.url}/watch/{running.video}")


def test_the_embed_code_of_a_public_video_s_page_plays_for_strangers(usual: Guest, public: Running, site: Site) -> None:
    signed_in(usual, public)
    code = usual.page.get_by_role("textbox", name="Embed code").input_value()
    usual.ask("localStorage.clear()")
    usual.page.context.clear_cookies()

    usual.go(site.page(code))

    usual.until("video && video.readyState >= 1", usual.frame)
    assert usual.refusals() == []


def test_the_embed_code_of_a_new_link_plays_on_the_site_that_was_named(
    usual: Guest, private: Running, site: Site, stranger: Site
) -> None:
    signed_in(usual, private)
    assert usual.page.get_by_role("textbox", name="Embed code", exact=True).count() == 0
    usual.page.get_by_label("Sites that can embed it").fill("not an origin")
    usual.page.get_by_role("button", name="Create link").click()
    assert "Write an origin" in usual.page.get_by_role("alert").inner_text()
    usual.page.get_by_label("Sites that can embed it").fill(site.origin)
    usual.page.get_by_role("button", name="Create link").click()
    code = usual.page.get_by_role("textbox", name="Embed code with this link").input_value()
    usual.page.get_by_text(f"on {site.origin}").wait_for()

    usual.go(site.page(code))
    usual.until("video", usual.frame)
    usual.go(stranger.page(code))

    usual.reads("This video cannot be shown here")


def test_a_private_video_without_a_link_leads_to_its_own_page(guest: Guest, private: Running, site: Site) -> None:
    opened(guest, site, private.embedded())

    guest.reads("This video is private")
    link = guest.frame.get_by_role("link", name="Open the video's page")
    assert (link.get_attribute("href"), link.get_attribute("target")) == (f"/watch/{private.video}", "_blank")


@pytest.mark.parametrize("path", ["/embed/", "/embed", "/embed/a/b", "/embed/none", "/embed/%3Cb%3E", "/embed.html"])
def test_what_is_no_video_says_so_in_a_document_of_its_own(
    usual: Guest, public: Running, site: Site, path: str
) -> None:
    opened(usual, site, public.url + path)

    usual.reads("There is no such video")
    assert not any("index-" in each.url and each.url.endswith(".js") for each in usual.answers)


def test_a_link_that_was_revoked_says_so(usual: Guest, private: Running, site: Site) -> None:
    opened(usual, site, private.embedded("nonsense"))

    usual.reads("This link is no longer valid")


def test_a_link_shows_no_other_video_than_its_own(usual: Guest, private: Running, site: Site) -> None:
    opened(usual, site, f"{private.url}/embed/{'f' * 20}?share={private.share()}")

    usual.reads("There is no such video")


def test_a_link_for_one_site_plays_there_and_on_no_other(
    usual: Guest, private: Running, site: Site, stranger: Site
) -> None:
    address = private.embedded(private.share(site.origin))

    opened(usual, stranger, address)
    usual.reads("This video cannot be shown here")
    assert usual.frame.locator("video").count() == 0
    opened(usual, stranger, site.framing(address))  # the site that may, within one that may not
    (inner,) = usual.frame.child_frames
    usual.until("document.body?.innerText.includes('This video cannot be shown here')", inner)
    opened(usual, site, address)

    usual.until("video", usual.frame)


def test_a_page_that_hides_where_it_comes_from_is_not_one_of_the_sites(
    usual: Guest, private: Running, site: Site
) -> None:
    address = private.embedded(private.share(site.origin))
    hidden = f"<iframe src='{address}' referrerpolicy='no-referrer'></iframe>"

    usual.go(site.page(f'<iframe sandbox="allow-scripts allow-same-origin" srcdoc="{hidden}"></iframe>'))
    (same,) = usual.frame.child_frames
    usual.until("video", same)
    usual.go(site.page(f'<iframe sandbox="allow-scripts" srcdoc="{hidden}"></iframe>'))

    assert usual.frame.child_frames
    usual.page.wait_for_timeout(2000)
    assert usual.frame.child_frames[0].locator("video").count() == 0


def test_a_site_that_the_platform_does_not_name_cannot_frame_a_video(
    usual: Guest, public: Running, stranger: Site
) -> None:
    opened(usual, stranger, public.embedded())

    usual.page.wait_for_timeout(1000)
    assert usual.frame.url.startswith("chrome-error:")
    assert any("frame-ancestors" in complaint for complaint in usual.complaints)


@pytest.mark.parametrize("path", ["/", "/watch/{video}", "/upload", "/share/x", "/index.html"])
def test_the_page_itself_stands_in_no_frame(usual: Guest, private: Running, site: Site, path: str) -> None:
    opened(usual, site, private.url + path.format(video=private.video))

    usual.page.wait_for_timeout(500)
    assert usual.frame.url.startswith("chrome-error:")


def test_strangers_watch_a_public_video_on_its_page(usual: Guest, public: Running) -> None:
    usual.platform = public.url
    usual.go(f"{public.url}/watch/{public.video}")

    usual.page.get_by_role("button", name="Play", exact=True).click()
    usual.plays()

    assert usual.page.get_by_role("button", name="Sign in").is_visible()
    usual.go(f"{public.url}/watch/none")
    usual.page.get_by_role("heading", name="There is no such video").wait_for()


def test_a_browser_that_keeps_nothing_plays_a_link_and_hears_why_it_cannot_sign_in(
    forgetful: Guest, private: Running
) -> None:
    forgetful.platform = private.url
    forgetful.go(f"{private.url}/share/{private.share()}")
    forgetful.page.get_by_role("button", name="Play", exact=True).click()
    forgetful.plays()

    forgetful.go(private.url)
    assert forgetful.ask(LOOK) == "SecurityError"
    forgetful.page.get_by_role("button", name="Sign in").click()

    assert "does not store data for this site" in forgetful.page.get_by_role("alert").inner_text()
    assert forgetful.refusals() == []


def test_the_player_for_other_sites_has_nothing_of_the_signed_in_page_in_it() -> None:
    built = REPOSITORY / PAGE
    seen, waiting = set(), ["embed.html"]
    while waiting:
        name = waiting.pop()
        if name in seen or not (built / name).is_file():
            continue
        seen.add(name)
        if name.endswith((".html", ".js")):
            found = re.findall(r"(?:assets/|\./)([\w.-]+\.(?:js|css))", (built / name).read_text())
            waiting += [f"assets/{each}" for each in found]

    scripts = [(built / name).read_text() for name in seen if name.endswith(".js") and "shaka" not in name]
    assert len(scripts) >= 2
    for word in (
        "vod.signed-in",
        "/session",
        "localStorage",
        "oauth2",
        "Delete",
        "Authorization",
        "/upload",
        "config.json",
    ):
        assert not any(word in script for script in scripts), word
