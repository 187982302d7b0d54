import re
from xml.etree.ElementTree import fromstring

import m3u8
import pytest

from tests import samples
from tests.signing_keys import KEY
from vod.access import passes, signed_manifest
from vod.access.passes import Pass
from vod.manifest import dash, hls
from vod.manifest.catalog import catalog
from vod.manifest.files import files
from vod.manifest.hls import Kind
from vod.manifest.tracks import assemble
from vod.source.probe import SubtitleTrack

FOLDER = "/videos/a/run/"
GIVEN = passes.issue(KEY, "https://cdn.example/videos/a/*", samples.NOW)


def made() -> tuple[str, str, str]:
    """Multivariant playlist, one media playlist, MPD."""
    plan = samples.plan()
    tracks = assemble(plan, [samples.report(plan)])
    listed = catalog(plan, tracks)
    return hls.multivariant(listed), hls.media(listed.video[0].track, 4), dash.mpd(listed)


def test_further_playlists_stay_beside_the_first_with_the_apis_query() -> None:
    multivariant, _, _ = made()

    signed = m3u8.loads(signed_manifest.signed("index.m3u8", multivariant, FOLDER, GIVEN))

    plain = m3u8.loads(multivariant)
    assert [each.uri for each in signed.playlists] == [f"{each.uri}?{GIVEN.api_query}" for each in plain.playlists]
    assert [each.uri for each in signed.media] == [f"{each.uri}?{GIVEN.api_query}" for each in plain.media]
    assert signed.playlists[0].stream_info.codecs == plain.playlists[0].stream_info.codecs


def test_every_segment_and_the_init_segment_come_signed_from_the_cdn() -> None:
    _, media, _ = made()

    signed = m3u8.loads(signed_manifest.signed("v720/index.m3u8", media, FOLDER + "v720/", GIVEN))

    assert [each.uri for each in signed.segments] == [
        f"{FOLDER}v720/{number:05d}.m4s?{GIVEN.query}" for number in range(len(signed.segments))
    ]
    assert signed.segment_map[0].uri == f"{FOLDER}v720/init.mp4?{GIVEN.query}"
    assert len(signed.segments) == len(m3u8.loads(media).segments) > 1


def test_playlists_of_keyframes_and_their_ranges_are_signed_too() -> None:
    plan = samples.plan()
    listed = catalog(plan, assemble(plan, [samples.report(plan)]))
    texts = dict(files(listed, Kind.VOD))

    top = m3u8.loads(signed_manifest.signed("index.m3u8", texts["index.m3u8"], FOLDER, GIVEN))
    name = "v720/iframes.m3u8"
    wound = m3u8.loads(signed_manifest.signed(name, texts[name], FOLDER + "v720/", GIVEN))

    assert top.iframe_playlists[0].uri == f"{name}?{GIVEN.api_query}"
    assert [(each.uri, each.byterange) for each in wound.segments] == [
        (f"{FOLDER}v720/{number:05d}.m4s?{GIVEN.query}", "400@0") for number in range(3)
    ]
    assert wound.segment_map[0].uri == f"{FOLDER}v720/init.mp4?{GIVEN.query}"


def test_templates_of_an_mpd_carry_the_query_and_it_stays_xml() -> None:
    _, _, mpd = made()

    root = fromstring(signed_manifest.signed("index.mpd", mpd, FOLDER, GIVEN))

    templates = [each for each in root.iter() if each.tag.endswith("SegmentTemplate")]
    assert len(templates) == mpd.count("<SegmentTemplate")
    for template in templates:
        assert template.get("media") == f"{FOLDER}$RepresentationID$/$Number%05d$.m4s?{GIVEN.query}"
        assert template.get("initialization") == f"{FOLDER}$RepresentationID$/init.mp4?{GIVEN.query}"


HOSTILE = [
    'x",URI="https://evil.example/',
    "x,URI=",
    'a"\n#EXT-X-MEDIA:TYPE=AUDIO,URI="https://evil.example/x.m3u8',
    ' media="',
    "</Label><BaseURL>https://evil.example/</BaseURL><Label>",
    '<SegmentTemplate media="https://evil.example/">',
    "a\x00\x1b[31m\u2028\u202eb\ufffe",
    "\\",
]
"""Titles of tracks that try to be more than a name."""


@pytest.mark.parametrize("title", HOSTILE, ids=ascii)
def test_no_title_of_a_track_is_taken_for_an_address_and_none_breaks_a_manifest(title: str) -> None:
    harmless, hostile = (signed_as_named(each) for each in ("x", title))

    for playlist, usual in zip(hostile[0], harmless[0], strict=True):
        assert shape(playlist) == shape(usual)
        assert m3u8.loads(playlist).dumps().count(GIVEN.signature) == usual.count(GIVEN.signature)
    assert [element.attrib for element in fromstring(hostile[1]).iter()] == [
        element.attrib for element in fromstring(harmless[1]).iter()
    ]
    assert not [label for label in labels(hostile[1]) if GIVEN.signature in label or not label.isprintable()]


def signed_as_named(title: str) -> tuple[list[str], str]:
    """Every playlist and the MPD, signed, of a video whose sound and subtitles have this title."""
    sound = samples.probe().audio[0].model_copy(update={"title": title})
    text = SubtitleTrack(index=2, codec="subrip", title=title)
    plan = samples.plan(samples.probe().model_copy(update={"audio": (sound,), "subtitles": (text,)}))
    texts = dict(files(catalog(plan, assemble(plan, [samples.report(plan)])), Kind.VOD))
    signed = {name: signed_manifest.signed(name, text, FOLDER, GIVEN) for name, text in texts.items()}
    return [text for name, text in signed.items() if name.endswith("m3u8")], signed["index.mpd"]


def shape(playlist: str) -> list[list[tuple[str, str]]]:
    """The attributes of every line but the names that viewers choose from."""
    named = [re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^",]+)', line) for line in playlist.splitlines()]
    return [[(name, value) for name, value in line if name != "NAME"] for line in named]


def labels(mpd: str) -> list[str]:
    return [element.text or "" for element in fromstring(mpd).iter() if element.tag.endswith("Label")]


def test_a_base_url_carries_the_query_too() -> None:
    signed = signed_manifest.signed(
        "index.mpd", "<MPD><BaseURL>s0/text.vtt</BaseURL></MPD>", FOLDER, Pass("p", "s", "k")
    )

    (address,) = fromstring(signed)
    assert address.text == f"{FOLDER}s0/text.vtt?Policy=p&Signature=s&Key-Pair-Id=k"


def test_pictures_of_a_storyboard_keep_their_place_behind_the_query() -> None:
    cues = "WEBVTT\n\n00:00.000 --> 00:02.000\nstoryboard/00000.jpg#xywh=0,0,160,90\n"

    signed = signed_manifest.signed("storyboard.vtt", cues, FOLDER, GIVEN)

    assert signed.splitlines()[2] == "00:00.000 --> 00:02.000"
    assert signed.splitlines()[3] == f"{FOLDER}storyboard/00000.jpg?{GIVEN.query}#xywh=0,0,160,90"
