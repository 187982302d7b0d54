"""HEVC and AV1 beside H.264, by the real encoders: the same frames, the same cuts, and what manifests say of them."""

from pathlib import Path

import m3u8
import pytest

from tests.fakes import FakeOutput
from tests.integration.encoder.test_encode import (
    encoder,
    interrupt,
    laid_out,
    made,
    misplaced,
    pictures,
    planned,
    publish,
)
from tests.media.generate import clip, decoded_frames, start_times
from vod.steps.encode import encode

CODECS = {"hevc": "hvc1.1.6.L", "av1": "av01.0."}


@pytest.mark.parametrize("profile", CODECS)
def test_chunks_of_another_codec_join_frame_by_frame(tmp_path: Path, profile: str) -> None:
    source = clip(tmp_path / "a.mp4", seconds=17, size="320x240")

    plan, _, out = made(tmp_path, source, chunks=2, profile=profile)

    expected = pictures(str(source), "25")
    for rendition in plan.renditions:
        found = pictures(str(out / rendition.name / "index.m3u8"), "25")
        assert len(found) == plan.frames == 425
        assert misplaced(found, expected) == []


@pytest.mark.parametrize("profile", CODECS)
def test_both_manifests_offer_both_codecs_by_name(tmp_path: Path, profile: str) -> None:
    source = clip(tmp_path / "a.mp4", seconds=5, size="320x240")

    plan, reports, out = made(tmp_path, source, profile=profile)

    assert [report.complaints for report in reports] == [0]
    listed = m3u8.load(str(out / "index.m3u8")).playlists
    assert [entry.uri.split("/")[0] for entry in listed] == ["v240", f"v240-{profile}"]
    assert listed[0].stream_info.codecs.startswith("avc1.")
    assert listed[1].stream_info.codecs.startswith(CODECS[profile])
    for manifest in ("index.m3u8", "index.mpd"):
        assert [decoded_frames(str(out / manifest), f"0:v:{n}") for n in range(len(plan.renditions))] == [125, 125]
        assert [abs(time) < 0.04 for time in start_times(str(out / manifest), f"0:v:{len(plan.renditions) - 1}")] == [
            True,
            True,
        ]


@pytest.mark.parametrize("profile", CODECS)
def test_an_interrupted_encode_of_two_codecs_resumes(tmp_path: Path, profile: str) -> None:
    source = clip(tmp_path / "a.mp4", seconds=30, size="320x240")
    output, plan = FakeOutput(), planned(source, profile=profile)
    interrupt(tmp_path, source, output, plan, after=f"v240-{profile}/00001.m4s")

    report = encode(encoder(tmp_path, source, output), plan, plan.chunks[0])

    assert report.resumed_at >= 1
    assert report.sheets
    assert publish(output, plan) == {"outcome": "published"}
    found = pictures(str(laid_out(output, tmp_path / "out") / f"v240-{profile}" / "index.m3u8"), "25")
    assert misplaced(found, pictures(str(source), "25")) == []
    assert len(found) == 750
