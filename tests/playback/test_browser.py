"""Both manifests in Chromium with Shaka Player: what a viewer sees, hears about and reads."""

import pytest

from tests.playback.conftest import FRAMES, RATE, SECONDS, Made
from tests.playback.screening import Screening
from tests.playback.site import Site

both_manifests = pytest.mark.parametrize("manifest", ["index.m3u8", "index.mpd"])
FASTER = 4


def only(codec: str) -> dict[str, object]:
    """Settings of a player that prefers a codec to all others."""
    return {"preferredVideo": [{"codec": codec}]}


def heights(screening: Screening) -> list[int]:
    return sorted({track["height"] for track in screening.ask("player.getVariantTracks()")})


def choose_height(screening: Screening, height: int) -> None:
    screening.ask(
        "(height) => player.selectVariantTrack(player.getVariantTracks().find((t) => t.height == height), true)", height
    )
    screening.wait("video.videoHeight == x", height)


@both_manifests
@pytest.mark.parametrize("codec", ["avc1", "av01"])
def test_a_chunked_video_plays_to_its_end_with_every_frame(
    screening: Screening, site: Site, manifest: str, codec: str
) -> None:
    screening.open(site.url, manifest, **only(codec))

    screening.play(FASTER)

    assert {track["videoCodec"].split(".")[0] for track in screening.ask("player.getVariantTracks()")} == {codec}
    assert screening.ask("video.currentTime") == pytest.approx(screening.ask("video.duration")) == SECONDS
    assert screening.frames("total") == FRAMES
    assert screening.frames("corrupted") == 0
    assert screening.frames("dropped") < FRAMES / 3


@both_manifests
def test_seeking_around_the_borders_of_chunks_shows_the_right_pictures(
    screening: Screening, site: Site, video: Made, manifest: str
) -> None:
    seconds = video.plan.segment_frames // RATE
    borders = [chunk.first_segment * seconds for chunk in video.plan.chunks if chunk.first_segment]
    screening.open(site.url, manifest)

    for border in borders:
        for frame in (border * RATE, border * RATE - 1, border * RATE + 7):
            screening.seek(frame, RATE)

            assert screening.number() == frame
    assert len(borders) == 2


@both_manifests
def test_the_quality_can_be_changed_while_it_plays(screening: Screening, site: Site, manifest: str) -> None:
    screening.open(site.url, manifest, abr={"enabled": False}, **only("avc1"))
    assert heights(screening) == [240, 360]

    for height, frame in ((360, 25), (240, 95), (360, 175)):
        choose_height(screening, height)
        screening.seek(frame, RATE)
        assert screening.number() == frame
    screening.play(FASTER)

    assert screening.ask("video.ended")


@both_manifests
def test_every_language_can_be_heard(screening: Screening, site: Site, manifest: str) -> None:
    screening.open(site.url, manifest)
    tracks = "player.getAudioTracks()"
    assert [(track["language"], track["label"]) for track in screening.ask(tracks)] == [
        ("en", "English"),
        ("de", "Deutsch"),
    ]

    screening.ask(f"player.selectAudioTrack({tracks}[1])")
    before = screening.ask("video.webkitAudioDecodedByteCount")
    screening.play(FASTER, until="video.currentTime > 5")

    assert [track["active"] for track in screening.ask(tracks)] == [False, True]
    assert screening.ask("video.webkitAudioDecodedByteCount") > before


@both_manifests
def test_subtitles_are_shown_while_they_last(screening: Screening, site: Site, manifest: str) -> None:
    screening.open(site.url, manifest)
    (track,) = screening.ask("player.getTextTracks()")
    assert track["language"] == "en"
    assert screening.words() == []

    screening.ask("player.selectTextTrack(player.getTextTracks()[0])")

    for time, words in (
        (2, ["Hello you"]),
        (3.5, ["Hello you", "and you & me"]),
        (5, ["and you & me"]),
        (12, ["last"]),
        (8, []),
    ):
        screening.seek(round(time * RATE), RATE)
        screening.wait("screenOf.innerText.split('\\n').filter(Boolean).join() == x", ",".join(words))
        assert screening.words() == words
