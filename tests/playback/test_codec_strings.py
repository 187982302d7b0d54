"""No rendition is named by a codec string that the browser refuses, however odd the source's picture is."""

from pathlib import Path

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser
from playwright.sync_api import Browser

from tests.integration.encoder.test_encode import made
from tests.media.generate import clip

ASKED = 'codec => MediaSource.isTypeSupported(`video/mp4; codecs="${codec}"`)'


@pytest.mark.parametrize(
    ("size", "rate"),
    [("176x144", "10"), ("176x144", "25"), ("128x96", "25"), ("96x96", "5"), ("32x32", "60"), ("1920x64", "25")],
)
def test_the_browser_knows_every_codec_that_the_manifests_name(
    browser: Browser, tmp_path: Path, size: str, rate: str
) -> None:
    _, _, run = made(tmp_path, clip(tmp_path / "a.mp4", seconds=1, size=size, rate=rate))
    playlists = m3u8.load(str(run / "index.m3u8")).playlists
    named = {codec for each in playlists for codec in str(each.stream_info.codecs).split(",")}
    sets = MPEGDASHParser.parse((run / "index.mpd").read_text()).periods[0].adaptation_sets
    for each in sets:
        named |= {str(one.codecs or each.codecs) for one in each.representations if each.content_type != "text"}

    page = browser.new_page()

    assert {codec: page.evaluate(ASKED, codec) for codec in named if codec != "wvtt"} == dict.fromkeys(
        named - {"wvtt"}, True
    )
    page.close()
