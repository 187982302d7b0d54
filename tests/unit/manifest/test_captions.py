from collections.abc import Sequence

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser

from tests import samples
from vod.encoder import wvtt
from vod.encoder.report import TextReport, TrackReport
from vod.manifest import captions, dash, hls
from vod.manifest.catalog import catalog
from vod.manifest.tracks import assemble
from vod.media.webvtt import Cue
from vod.plan.subtitles import SubtitleRendition

GERMAN = SubtitleRendition(name="s0", source_index=-1, codec="webvtt", label="Deutsch", language="de")
ENGLISH = SubtitleRendition(
    name="c12ab34cd_0f0f0f", source_index=-1, codec="webvtt", label="English, SDH", language="en",
    is_hearing_impaired=True, is_default=True,
)  # fmt: skip
NAMELESS = GERMAN.model_copy(update={"name": "s7", "label": "Signs", "language": None, "is_forced": True})
SETS = [(), (GERMAN,), (GERMAN, ENGLISH), (ENGLISH, NAMELESS, GERMAN)]


def track(name: str) -> TrackReport:
    return wvtt.packaged(name, [Cue(1, 2, "Hallo")], 400)[0]


def manifests(texts: Sequence[SubtitleRendition], audio: bool = True) -> tuple[str, str]:
    """HLS and DASH as they are written first."""
    plan = samples.plan().model_copy(update={"subtitles": tuple(texts)})
    reports = tuple(TextReport(name=each.name, bytes=50, track=track(each.name)) for each in texts)
    report = samples.report(samples.plan()).model_copy(update={"subtitles": reports})
    listed = catalog(plan, assemble(plan, [report]))
    return hls.multivariant(listed), dash.mpd(listed)


@pytest.mark.parametrize("texts", SETS)
def test_what_is_written_is_read_back(texts: tuple[SubtitleRendition, ...]) -> None:
    written, mpd = manifests(texts)

    assert captions.listed(written) == texts
    assert captions.in_dash(mpd) == {each.name for each in texts}


@pytest.mark.parametrize("before", SETS)
@pytest.mark.parametrize("after", SETS)
def test_changed_manifests_are_those_that_would_be_written_first(
    before: tuple[SubtitleRendition, ...], after: tuple[SubtitleRendition, ...]
) -> None:
    old_hls, old_mpd = manifests(before)
    new = {each.name: track(each.name) for each in after if each not in before}

    assert (captions.in_hls(old_hls, after), captions.in_mpd(old_mpd, after, new)) == manifests(after)


def test_what_is_said_of_a_track_changes_while_its_segments_stay() -> None:
    _, mpd = manifests((GERMAN,))
    changed = GERMAN.model_copy(update={"label": "Österreichisch", "language": "de-AT", "is_forced": True})

    parsed = MPEGDASHParser.parse(captions.in_mpd(mpd, (changed,), {}))

    *_, text = parsed.periods[0].adaptation_sets
    assert (text.lang, text.representations[0].id, text.roles[0].value) == ("de-AT", "s0", "forced-subtitle")
    assert [each.d for each in text.segment_templates[0].segment_timelines[0].Ss] == [300_000, 100_000]


def test_players_read_the_changed_playlist() -> None:
    written = captions.in_hls(manifests(())[0], (GERMAN, ENGLISH))
    playlist = m3u8.loads(written)

    texts = [each for each in playlist.media if each.type == "SUBTITLES"]
    assert [(each.name, each.default, each.uri) for each in texts] == [
        ("Deutsch", "NO", "s0/index.m3u8"),
        ("English, SDH", "YES", "c12ab34cd_0f0f0f/index.m3u8"),
    ]
    assert {each.stream_info.subtitles for each in playlist.playlists} == {"subtitles"}
    assert not [each for each in m3u8.loads(captions.in_hls(written, ())).media if each.type == "SUBTITLES"]
