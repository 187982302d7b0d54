"""Subtitles on the page of a video: added, shown in the player at their time, changed, replaced and removed."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator

from local.api import Api
from tests.e2e.test_captions import fetched, send
from tests.web.visitor import Visitor
from vod.media import webvtt

pytestmark = pytest.mark.slow
EARLY = (
    "1\n00:00:00,500 --> 00:00:04,000\nGrüße aus Rom\n\n2\n00:00:08,000 --> 00:00:12,000\nSchöne Fähre\n\n"
    "3\n00:00:24,000 --> 00:00:25,500\nTschüß\n"
)
OTHER = "WEBVTT\n\n00:08.000 --> 00:12.000\nEin anderer Text\n"
RELOADED_MS = 4000
"""After a change: as long as the player waits until no manifest is an old one, and a moment."""
DROP = """([selector, name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
  }
}"""


@pytest.fixture
def film(api: Api, video: str) -> Iterator[str]:
    """The video, which has as many subtitles afterwards as before."""
    before = {each["id"] for each in tracks(api, video)}
    yield video
    for each in tracks(api, video):
        if each["id"] not in before:
            api.call("DELETE", f"/videos/{video}/captions/{each['id']}")


def tracks(api: Api, video: str) -> list[Any]:
    return list(api.call("GET", f"/videos/{video}/captions")["captions"])


def added(api: Api, video: str, query: str, text: str = EARLY) -> Any:
    return send(api, "POST", f"/videos/{video}/captions?{query}", text.encode())


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": content}


def panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Subtitles")


def row(visitor: Visitor, label: str) -> Locator:
    return panel(visitor).get_by_role("listitem").filter(has_text=label)


def open_page(visitor: Visitor, video: str, query: str = "") -> None:
    visitor.go(f"/watch/{video}{query}")
    visitor.until("video.readyState >= 2")
    row(visitor, "English").wait_for()


def choose_files(visitor: Visitor, *files: FilePayload) -> None:
    panel(visitor).get_by_label("Add subtitles").set_input_files(list(files))


def add(visitor: Visitor, *files: FilePayload) -> None:
    choose_files(visitor, *files)
    visitor.press("Add track" if len(files) == 1 else f"Add {len(files)} tracks")


def reload_by_itself(visitor: Visitor) -> None:
    visitor.page.wait_for_timeout(RELOADED_MS)
    visitor.until("video.readyState >= 2")


def seek(visitor: Visitor, at: float) -> None:
    visitor.ask(f"video.currentTime = {at}")
    visitor.until("!video.seeking && video.readyState >= 2")


def over_the_picture(visitor: Visitor, text: str) -> None:
    caption = visitor.page.locator(".player .shaka-text-container").get_by_text(text)
    caption.wait_for()
    assert visitor.is_within(caption, ".player")


def test_a_file_of_an_old_character_set_is_added_and_shown_over_the_picture(
    visitor: Visitor, api: Api, film: str
) -> None:
    open_page(visitor, film)
    seek(visitor, 20)

    choose_files(visitor, file("rome.de.srt", EARLY.encode("cp1252")))
    assert panel(visitor).get_by_label("Language").input_value() == "German"
    assert visitor.violations() == []
    visitor.press("Add track")
    row(visitor, "Deutsch").get_by_text("German", exact=True).wait_for()
    reload_by_itself(visitor)

    assert visitor.ask("Math.abs(video.currentTime - 20) < 0.2 && video.paused")
    visitor.choose("Captions", "Deutsch")
    seek(visitor, 9)
    over_the_picture(visitor, "Schöne Fähre")
    assert [each["language"] for each in tracks(api, film)] == ["en", "de"]
    assert visitor.violations() == []


@pytest.mark.parametrize("manifest", ["hls", "dash"])
def test_text_of_the_first_second_is_shown(visitor: Visitor, api: Api, film: str, manifest: str) -> None:
    added(api, film, "language=de&isDefault=true")
    visitor.page.wait_for_timeout(RELOADED_MS)
    open_page(visitor, film, f"?format={manifest}")

    visitor.ask("video.playbackRate = 0.25")
    visitor.page.get_by_role("button", name="Play", exact=True).click()

    over_the_picture(visitor, "Grüße aus Rom")
    assert visitor.ask("video.currentTime < 4")


def test_what_plays_is_opened_again_only_if_somebody_wants_it(visitor: Visitor, api: Api, film: str) -> None:
    open_page(visitor, film)
    visitor.page.get_by_role("button", name="Play", exact=True).click()
    visitor.until("video.currentTime > 0")
    add(visitor, file("rome.fr.vtt", OTHER.encode()))

    offer = panel(visitor).get_by_role("button", name="Show in the player")
    offer.wait_for()
    assert visitor.ask("!video.paused")
    assert visitor.violations() == []
    before = visitor.ask("video.currentTime")
    offer.click()

    visitor.until(f"!video.paused && video.currentTime > {before}")
    visitor.choose("Captions", "Français")
    assert offer.count() == 0


def test_several_files_are_added_at_once_and_a_language_that_no_name_tells_is_asked(
    visitor: Visitor, api: Api, film: str
) -> None:
    open_page(visitor, film)

    choose_files(visitor, file("rome.fr.sdh.vtt", OTHER.encode()), file("rome.srt", EARLY.encode()))
    asked = panel(visitor).get_by_role("group", name="rome.srt")
    asked.get_by_label("Language").fill("brazilian portuguese")
    asked.get_by_label("Show by default").check()
    visitor.press("Add 2 tracks")

    row(visitor, "Français (SDH)").get_by_text("French, for the deaf and hard of hearing").wait_for()
    row(visitor, "Português (Brasil)").get_by_text("Brazilian Portuguese, shown by default").wait_for()
    assert [each["kind"] for each in tracks(api, film)] == ["subtitles", "captions", "subtitles"]
    assert asked.count() == 0


def test_a_track_is_changed_and_shifted(visitor: Visitor, api: Api, film: str) -> None:
    added(api, film, "language=de")
    open_page(visitor, film)

    visitor.press("Change Deutsch")
    form = row(visitor, "Deutsch")
    form.get_by_label("Name in players' menus").fill("Swiss")
    form.get_by_label("Language").fill("de-CH")
    form.get_by_label("Kind").select_option("captions")
    form.get_by_label("Show by default").check()
    form.get_by_label("Show later").fill("-0.5")
    assert visitor.violations() == []
    visitor.press("Save")

    facts = "Swiss High German, for the deaf and hard of hearing, shown by default"
    row(visitor, "Swiss").get_by_text(facts).wait_for()
    changed = tracks(api, film)[-1]
    assert webvtt.parse(fetched(changed["url"]).decode())[1].start == 7.5
    reload_by_itself(visitor)
    visitor.page.get_by_role("button", name="Settings").click()
    visitor.see("menuitem", "Captions Swiss")


def test_one_field_alone_is_sent_when_one_was_changed(visitor: Visitor, api: Api, film: str) -> None:
    added(api, film, "language=de")
    open_page(visitor, film)
    visitor.press("Change Deutsch")
    row(visitor, "Deutsch").get_by_label("Show by default").check()

    with visitor.page.expect_request(lambda request: request.method == "PATCH") as sent:
        visitor.press("Save")

    assert sent.value.post_data_json == {"isDefault": True}
    row(visitor, "Deutsch").get_by_text("shown by default").wait_for()


def test_a_track_gets_another_file_and_its_text_is_kept_on_a_disk(
    visitor: Visitor, api: Api, film: str, tmp_path: Path
) -> None:
    added(api, film, "language=de&kind=forced")
    open_page(visitor, film)
    visitor.press("Change Deutsch (forced)")
    row(visitor, "Deutsch").get_by_label("Replace with another file").set_input_files(file("b.vtt", OTHER.encode()))
    row(visitor, "Deutsch").get_by_role("button", name="Save").wait_for(state="detached")

    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Download Deutsch (forced)").click()

    download.value.save_as(tmp_path / "text.vtt")
    assert download.value.suggested_filename == f"{Path(api.video(film)['title']).stem}.de.forced.vtt"
    assert [cue.text for cue in webvtt.parse((tmp_path / "text.vtt").read_text())] == ["Ein anderer Text"]


def test_a_track_is_removed_after_a_question(visitor: Visitor, api: Api, film: str) -> None:
    added(api, film, "language=de")
    open_page(visitor, film)

    visitor.press("Remove Deutsch")
    visitor.see("heading", "Remove these subtitles?")
    assert visitor.violations() == []
    visitor.press("Remove")

    row(visitor, "Deutsch").wait_for(state="detached")
    assert [each["label"] for each in tracks(api, film)] == ["English"]
    reload_by_itself(visitor)
    visitor.page.get_by_role("button", name="Settings").click()
    visitor.page.get_by_role("menuitem", name="Captions").click()
    assert visitor.page.get_by_role("menuitemradio").all_inner_texts() == ["Off", "English"]


@pytest.mark.parametrize(
    ("content", "language", "reason"),
    [
        (b"Dear all,\n", "de", "holds no text with times inside the video"),
        (EARLY.encode(), "nonsense!", "language"),
        (b"x" * (4 * 2**20 + 1), "de", "at most 4 MiB"),
    ],
)
def test_what_is_refused_stays_in_the_form_with_the_reason(
    visitor: Visitor, api: Api, film: str, content: bytes, language: str, reason: str
) -> None:
    open_page(visitor, film)
    choose_files(visitor, file("letter.srt", content))
    panel(visitor).get_by_label("Language").fill(language)
    visitor.press("Add track")

    assert reason in panel(visitor).get_by_role("alert").inner_text()
    assert panel(visitor).get_by_label("Language").input_value() == language
    visitor.press("Do not add letter.srt")
    assert panel(visitor).get_by_role("group").count() == 0
    assert len(tracks(api, film)) == 1


@pytest.mark.parametrize("place", [".captions", ".player"])
def test_a_file_that_is_dropped_on_the_page_of_a_video_is_no_upload(visitor: Visitor, film: str, place: str) -> None:
    open_page(visitor, film)

    drop(visitor, place, "rome.de.srt")

    panel(visitor).get_by_role("group", name="rome.de.srt").wait_for()
    assert visitor.page.url == f"{visitor.url}/watch/{film}"


def test_dropped_elsewhere_it_is_no_upload_either(visitor: Visitor, api: Api, film: str) -> None:
    before = len(api.call("GET", "/videos")["videos"])
    visitor.go("/")
    visitor.see("heading", "Library")

    drop(visitor, "main", "rome.de.srt")

    visitor.page.get_by_text("These are subtitles. Add them on the page of their video.").wait_for()
    assert len(api.call("GET", "/videos")["videos"]) == before


def test_another_file_that_is_dropped_on_the_panel_is_refused(visitor: Visitor, film: str) -> None:
    open_page(visitor, film)

    drop(visitor, ".captions", "film.mkv")

    assert "film.mkv" in panel(visitor).get_by_role("alert").inner_text()
    assert visitor.page.url == f"{visitor.url}/watch/{film}"


def drop(visitor: Visitor, selector: str, name: str) -> None:
    visitor.page.evaluate(DROP, [selector, name, base64.b64encode(EARLY.encode()).decode()])
