from xml.etree.ElementTree import fromstring

from mpegdash.parser import MPEGDASHParser

from tests import samples
from vod.encoder import wvtt
from vod.encoder.report import TextReport
from vod.manifest import dash
from vod.manifest.catalog import catalog
from vod.manifest.tracks import assemble
from vod.media.webvtt import Cue
from vod.plan.subtitles import SubtitleRendition

PLAN = samples.plan()
CATALOG = catalog(PLAN, assemble(PLAN, [samples.report(PLAN)]))
NS = {"d": "urn:mpeg:dash:schema:mpd:2011"}


def test_the_manifest_parses_and_lists_every_rendition() -> None:
    parsed = MPEGDASHParser.parse(dash.mpd(CATALOG))

    video, audio = parsed.periods[0].adaptation_sets
    assert [(r.id, r.width, r.height) for r in video.representations] == [
        ("v720", 1280, 720),
        ("v540", 960, 540),
        ("v360", 640, 360),
        ("v240", 426, 240),
    ]
    assert audio.lang == "en"
    assert parsed.type == "static"


def test_the_timeline_adds_up_to_the_track() -> None:
    root = fromstring(dash.mpd(CATALOG))

    for number, track in enumerate((CATALOG.video[0].track, CATALOG.audio[0].track)):
        entries = root.findall(f".//d:AdaptationSet[@id='{number}']//d:S", NS)
        ticks = sum(int(entry.get("d", 0)) * (int(entry.get("r", 0)) + 1) for entry in entries)
        assert ticks == sum(segment.ticks for segment in track.segments)
        assert entries[0].get("t") == "0"


def test_each_codec_is_a_set_of_its_own() -> None:
    plan = samples.plan(profile="av1")

    parsed = MPEGDASHParser.parse(dash.mpd(catalog(plan, assemble(plan, [samples.report(plan)]))))

    plain, av1, audio = parsed.periods[0].adaptation_sets
    assert [r.id for r in plain.representations] == ["v720", "v540", "v360", "v240"]
    assert [r.id for r in av1.representations] == [r.name for r in plan.renditions if r.codec == "av1"]
    assert [s.id for s in (plain, av1, audio)] == [0, 1, 2]


def test_subtitles_are_a_set_of_their_own_in_cmaf() -> None:
    text = SubtitleRendition(name="s0", source_index=2, codec="subrip", label="Deutsch", language="de")
    track, _ = wvtt.packaged("s0", [Cue(1, 2, "Hallo")], 400)
    plan = PLAN.model_copy(update={"subtitles": (text,)})
    report = samples.report(PLAN).model_copy(update={"subtitles": (TextReport(name="s0", bytes=50, track=track),)})

    root = fromstring(dash.mpd(catalog(plan, assemble(plan, [report]))))

    *_, adaptation = root.findall(".//d:AdaptationSet", NS)
    expected = {"id": "2", "contentType": "text", "mimeType": "application/mp4", "lang": "de"}
    assert expected.items() <= adaptation.attrib.items()
    representation = adaptation.find("d:Representation", NS)
    assert representation is not None
    assert (representation.get("id"), representation.get("codecs")) == ("s0", "wvtt")
    lengths = [int(entry.get("d", 0)) for entry in adaptation.findall(".//d:S", NS)]
    assert lengths == [300_000, 100_000]


def test_sound_without_picture_has_audio_sets_only() -> None:
    plan = samples.plan(samples.sound_probe())

    parsed = MPEGDASHParser.parse(dash.mpd(catalog(plan, assemble(plan, [samples.report(plan)]))))

    (audio,) = parsed.periods[0].adaptation_sets
    assert (audio.content_type, [r.id for r in audio.representations]) == ("audio", ["a0"])
