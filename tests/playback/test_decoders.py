"""Both manifests of a chunked video by FFmpeg and by parsers that are not ours: every frame, and not a word of complaint."""

import subprocess
from collections import Counter
from pathlib import Path

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser

from tests.integration.encoder.test_encode import made
from tests.media.generate import FFMPEG
from tests.playback.conftest import RATE, Made, with_everything

# FFmpeg 9 says so of a track that was not asked for: having probed all of them it closes the playlists that nobody
# maps, wherever it is in their first segment, and then reads what its buffer still holds.
CUT_OFF = (
    "Packet corrupt",
    "Invalid NAL unit size",
    "missing picture in access unit",
    "Invalid OBU",
    "Failed to parse",
)
SOUNDS = 2


@pytest.fixture(scope="module", params=["av1", "hevc"])
def coded(request: pytest.FixtureRequest, video: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    if request.param == "av1":
        return video
    folder = tmp_path_factory.mktemp("hevc")
    source = with_everything(folder, seconds=9)
    plan, _, run = made(folder, source, 2, profile="hevc")
    return Made(source, plan, run)


def decoded(address: Path, *maps: str) -> tuple[list[int], str]:
    """How many frames come out of each stream that is mapped, and all that FFmpeg says from warnings up."""
    command = [FFMPEG, "-nostdin", "-v", "warning", "-i", str(address), *maps, "-f", "framecrc", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    streams = Counter(line.split(",")[0] for line in done.stdout.splitlines() if not line.startswith("#"))
    return [streams[str(number)] for number in range(len(streams))], done.stderr


def test_every_media_playlist_decodes_without_a_word(coded: Made) -> None:
    names = [rendition.name for rendition in coded.plan.renditions]

    found = [decoded(coded.run / name / "index.m3u8") for name in names]

    assert found == [([coded.plan.frames], "")] * 3
    for sound in coded.plan.audio:
        assert decoded(coded.run / sound.name / "index.m3u8")[1] == ""


def test_all_rungs_decode_from_the_mpd_beside_its_subtitles_without_a_word(coded: Made) -> None:
    assert 'codecs="wvtt"' in (coded.run / "index.mpd").read_text()

    counts, said = decoded(coded.run / "index.mpd", "-map", "0:v", "-map", "0:a")

    assert counts[:-SOUNDS] == [coded.plan.frames] * 3
    assert said == ""
    assert decoded(coded.run / "index.mpd", "-map", "0:v:1") == ([coded.plan.frames], "")


def test_all_rungs_decode_from_the_multivariant_playlist_without_a_word(coded: Made) -> None:
    everything = ("-map", "0:v", "-map", "0:a", "-map", "0:s", "-c:s", "copy")

    counts, said = decoded(coded.run / "index.m3u8", *everything)

    assert counts[:3] == [coded.plan.frames] * 3
    assert said == ""


def test_one_rung_of_many_decodes_with_nothing_but_what_ffmpeg_says_of_the_others(coded: Made) -> None:
    counts, said = decoded(coded.run / "index.m3u8", "-map", "0:v:0")

    assert counts == [coded.plan.frames]
    assert [line for line in said.splitlines() if not any(known in line for known in CUT_OFF)] == []


def test_m3u8_parses_every_playlist_and_finds_its_segments(coded: Made) -> None:
    top = m3u8.load(str(coded.run / "index.m3u8"))

    names = [playlist.uri for playlist in top.playlists] + [medium.uri for medium in top.media]
    assert [Path(name).parent.name for name in names] == [
        *(rendition.name for rendition in coded.plan.renditions),
        *(sound.name for sound in coded.plan.audio),
        "s0",
    ]
    for name in names:
        playlist = m3u8.load(str(coded.run / name))
        assert playlist.is_endlist
        assert sum(segment.duration for segment in playlist.segments) == pytest.approx(
            coded.plan.frames / RATE, abs=0.05
        )
        assert all((coded.run / name).with_name(segment.uri).exists() for segment in playlist.segments)


def test_mpegdash_parses_the_mpd_with_all_its_tracks(coded: Made) -> None:
    (period,) = MPEGDASHParser.parse(str(coded.run / "index.mpd")).periods

    kinds = [(one.content_type, [r.id for r in one.representations]) for one in period.adaptation_sets]
    plain, other = coded.plan.renditions[:2], coded.plan.renditions[2:]
    assert kinds == [
        ("video", [rendition.name for rendition in plain]),
        ("video", [rendition.name for rendition in other]),
        ("audio", ["a0"]),
        ("audio", ["a1"]),
        ("text", ["s0"]),
    ]
