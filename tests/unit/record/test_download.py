import pytest

from vod.record import download


@pytest.mark.parametrize(
    ("title", "detail", "suffix", "wanted"),
    [
        ("Clip", "720p", "mp4", "Clip 720p.mp4"),
        ("clip.mov", "720p", "mp4", "clip 720p.mp4"),
        ("Vol. 2", "", "m4a", "Vol. 2.m4a"),
        ('a/b\\c: "d"?', "480p", "mp4", "a-b-c- -d- 480p.mp4"),
        ("..", "", "mp4", "video.mp4"),
        ("x" * 500, "720p", "mp4", "x" * 245 + " 720p.mp4"),
        ("日本" * 200, "語" * 100, "m4a", "日本" * 25 + " " + "語" * 33 + ".m4a"),
        (".bashrc", "", "mp4", "bashrc.mp4"),
    ],
)
def test_a_file_is_named_after_its_video(title: str, detail: str, suffix: str, wanted: str) -> None:
    assert download.filename(title, detail, suffix) == wanted


def test_a_browser_is_told_the_name_in_every_script() -> None:
    told = download.disposition("Meere – Überblick 720p.mp4")

    assert told == (
        "attachment; filename=\"Meere _ _berblick 720p.mp4\"; filename*=UTF-8''"
        "Meere%20%E2%80%93%20%C3%9Cberblick%20720p.mp4"
    )
    assert told.isascii()


def test_no_name_that_somebody_gave_a_file_breaks_out_of_its_header() -> None:
    told = download.disposition('../a"; filename="b\r\nX-Evil: 1.mp4')

    assert told.split("; ")[1] == 'filename="-a-'
    assert "\r" not in told and "\n" not in told and told.count('"') == 2


def test_what_tells_downloads_apart_are_run_tracks_and_title() -> None:
    names = {
        download.name(run, tracks, filename)
        for run in ("r1", "r2")
        for tracks in (("v720", "a0"), ("v720",), ("a0",))
        for filename in ("a.mp4", "b.mp4")
    }

    assert len(names) == 12


@pytest.mark.parametrize("letter", ["x", "ü", "日", "\U0001f600"])
def test_s3_takes_the_header_of_every_name(letter: str) -> None:
    name = download.filename(letter * 500, letter * 500, "m4a")

    assert len(name.encode()) <= 255
    assert len(download.disposition(name)) < 1900


@pytest.mark.parametrize(("name", "wanted"), [(".bashrc", "bashrc"), ("../../x", "-..-x"), ("a/b", "a-b"), ("...", "")])
def test_no_name_hides_a_file_or_names_a_folder(name: str, wanted: str) -> None:
    assert download.safe(name) == wanted
