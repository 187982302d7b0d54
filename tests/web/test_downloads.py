"""Files to keep, from the page: of an owner's video and of a shared one; and that a browser plays them by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.api import Api
from tests.media import decoded
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow

PLAYS = """async (url) => {
    const film = document.createElement("video");
    film.muted = true;
    document.body.append(film);
    await new Promise((resolve, reject) => {
        film.onended = resolve;
        film.onerror = () => reject(new Error(film.error.message));
        film.src = url;
        film.playbackRate = 8;
        film.play().catch(reject);
    });
    return [film.videoWidth, film.videoHeight, film.duration];
}"""


@pytest.fixture
def downloadable(api: Api, video: str) -> Iterator[str]:
    api.call("PATCH", f"/videos/{video}", {"downloads": "viewers"})
    yield video
    api.call("PATCH", f"/videos/{video}", {"downloads": "default"})


def saved(visitor: Visitor, choice: str, target: Path) -> Path:
    """The file that the browser stores for a choice of the list."""
    chooser = visitor.page.get_by_label("File")
    chosen = next(text for text in chooser.locator("option").all_inner_texts() if text.startswith(choice))
    chooser.select_option(chosen)
    with visitor.page.expect_download(timeout=60_000) as download:
        visitor.press("Download")
    download.value.save_as(target / download.value.suggested_filename)
    return target / download.value.suggested_filename


def test_an_owner_keeps_picture_sound_and_original(
    visitor: Visitor, api: Api, video: str, clip: Path, tmp_path: Path
) -> None:
    shown = api.video(video)
    visitor.go(f"/watch/{video}")
    visitor.see("heading", "Download")
    largest = max(shown["renditions"], key=lambda each: each["height"])

    film = saved(visitor, f"{largest['height']}p", tmp_path)
    sound = saved(visitor, "Sound only", tmp_path)
    original = saved(visitor, "Original file", tmp_path)

    assert film.name == f"{Path(shown['title']).stem} {largest['height']}p.mp4"
    assert len(decoded.tracks(film)[0].times) == largest["frames"]
    assert (sound.suffix, [track.kind for track in decoded.tracks(sound)]) == (".m4a", ["audio"])
    assert original.read_bytes() == clip.read_bytes()
    assert visitor.violations() == []
    assert visitor.complaints == []


def test_who_has_a_link_downloads_where_they_may(
    stranger: Visitor, api: Api, downloadable: str, tmp_path: Path
) -> None:
    link = api.call("POST", f"/videos/{downloadable}/shares", {})["share"]["url"]
    stranger.page.goto(link)
    stranger.see("button", "Download")

    film = saved(stranger, "", tmp_path)

    assert [track.kind for track in decoded.tracks(film)] == ["video", "audio"]
    assert stranger.violations() == []
    api.call("PATCH", f"/videos/{downloadable}", {"downloads": "owner"})
    stranger.page.reload()
    stranger.see("heading", api.video(downloadable)["title"])
    assert stranger.page.get_by_role("button", name="Download").count() == 0


def test_an_owner_chooses_whether_viewers_may(visitor: Visitor, api: Api, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.see("heading", "Download")
    who = visitor.page.get_by_label("Who can download it")
    with visitor.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        who.select_option("Viewers can download")
    assert api.video(video)["downloads"] == "viewers"
    with visitor.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        who.select_option("Viewers: as on the whole platform")
    assert api.video(video)["downloads"] is None


def test_a_plain_video_element_plays_the_file_to_its_end(visitor: Visitor, api: Api, video: str) -> None:
    shown = api.video(video)
    for rendition in shown["renditions"]:
        path = f"/videos/{video}/download?rendition={rendition['name']}"
        while (found := api.call("GET", path)["download"])["state"] != "ready":
            visitor.page.wait_for_timeout(200)
        visitor.go("/upload")
        width, height, seconds = visitor.page.evaluate(PLAYS, found["url"])

        assert (width, height) == (rendition["width"], rendition["height"])
        assert seconds == pytest.approx(shown["duration"], abs=0.1)
