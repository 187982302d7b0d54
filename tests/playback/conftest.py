"""One chunked video with everything - rungs, two codecs, two languages, subtitles - and a browser to watch it in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.encoder.test_encode import made
from tests.media.generate import clip, ffmpeg
from tests.playback.browser import chromium, shaka_player
from tests.playback.screening import NUMBER_BITS, Screening
from tests.playback.site import Site, served
from vod.plan.plan import Plan

RATE = 10  # frames a second: played four times as fast, no frame falls between two refreshes of the screen
SECONDS = 26
FRAMES = SECONDS * RATE
CHUNKS = 3
# The picture's number in white and black squares, so that nothing depends on how a picture looks to a browser.
NUMBERED = ",".join(
    [
        "drawbox=w=iw:h=40:color=black:t=fill",
        *(
            f"drawbox=x={40 * bit}:w=40:h=40:color=white:t=fill:enable='mod(floor(n/{2**bit}),2)'"
            for bit in range(NUMBER_BITS)
        ),
    ]
)
SUBTITLES = """1
00:00:01,000 --> 00:00:04,000
Hello you

2
00:00:03,000 --> 00:00:06,000
and you & me

3
00:00:11,000 --> 00:00:13,000
last
"""


@dataclass(frozen=True)
class Made:
    """A published run: its source, its plan and its folder."""

    source: Path
    plan: Plan
    run: Path


@pytest.fixture(scope="package")
def video(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("playback")
    source = with_everything(folder)
    plan, _, run = made(folder, source, CHUNKS, profile="av1")
    return Made(source, plan, run)


def with_everything(folder: Path, seconds: int = SECONDS) -> Path:
    picture, words, source = folder / "picture.mp4", folder / "words.srt", folder / "source.mkv"
    clip(picture, seconds=seconds, size="640x360", rate=str(RATE), extra=("-vf", NUMBERED))
    words.write_text(SUBTITLES)
    inputs = ["-i", str(picture), "-f", "lavfi", "-t", str(seconds), "-i", "sine=880", "-i", str(words)]
    maps = ["-map", "0:v", "-map", "0:a", "-map", "1:a", "-map", "2:s", "-c:v", "copy"]
    languages = ["a:0", "language=eng", "a:1", "language=ger", "s:0", "language=eng"]
    tags = [f"-metadata:s:{word}" if ":" in word else word for word in languages]
    ffmpeg(*inputs, *maps, *tags, str(source))
    return source


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="package")
def site(browser: Browser, video: Made) -> Iterator[Site]:
    with served(shaka_player(), video.run) as opened:
        yield opened


@pytest.fixture
def screening(browser: Browser, site: Site) -> Iterator[Screening]:
    page = browser.new_page()
    yield Screening(page)
    page.close()
    assert site.missing == []
