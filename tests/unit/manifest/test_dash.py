from xml.etree.ElementTree import fromstring

from mpegdash.parser import MPEGDASHParser

from tests import samples
from vod.manifest import dash
from vod.manifest.rendition import catalog
from vod.tracks import assemble

PLAN = samples.plan()
CATALOG = catalog(PLAN, assemble(PLAN, [samples.report(PLAN)]))
NS = {"d": "urn:mpeg:dash:schema:mpd:2011"}


def test_the_manifest_parses_and_lists_every_rendition() -> None:
    parsed = MPEGDASHParser.parse(dash.mpd(CATALOG))

    video, audio = parsed.periods[0].adaptation_sets
    assert [(r.id, r.width, r.height) for r in video.representations] == [
        ("v720", 1280, 720),
        ("v480", 854, 480),
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
    assert [r.id for r in plain.representations] == ["v720", "v480", "v360", "v240"]
    assert [r.id for r in av1.representations] == [r.name for r in plan.renditions if r.codec == "av1"]
    assert [s.id for s in (plain, av1, audio)] == [0, 1, 2]
