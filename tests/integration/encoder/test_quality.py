"""Measuring with the real FFmpeg: scores of what is stored, frame beside frame, inside the sandbox."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeOutput
from tests.integration.encoder.test_encode import BASE, encoder, planned
from tests.media.generate import FFMPEG, clip
from vod.encoder import limits
from vod.encoder.measure import Measured, Measuring
from vod.encoder.report import ChunkReport
from vod.errors import EncodeInterrupted
from vod.ffmpeg import quality
from vod.ffmpeg.quality import Quality, QualityReport
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.sandbox.limits import Budget
from vod.steps.encode import encode


def measuring(output: FakeOutput, is_wanted: Callable[[], bool] = lambda: True) -> Measuring:
    return Measuring(FFMPEG, output, is_wanted, threading.Event())


def encoded(tmp_path: Path, source: Path, chunks: int = 1) -> tuple[Plan, FakeOutput, dict[int, ChunkReport]]:
    """The chunks with pictures, encoded."""
    output, plan = FakeOutput(), planned(source, chunks)
    reports = {chunk.index: encode(encoder(tmp_path, source, output), plan, chunk) for chunk in pictures(plan)}
    return plan, output, reports


def pictures(plan: Plan) -> list[Chunk]:
    return [chunk for chunk in plan.chunks if chunk.video]


def by_name(measured: Measured) -> dict[str, float]:
    assert measured.warnings == ()
    return {report.name: report.mean for report in measured.reports}


def whole(plan: Plan, reports: dict[int, ChunkReport]) -> tuple[Chunk, ChunkReport]:
    """All chunks as one that spans the video."""
    first = reports[0]
    joined = [
        track.model_copy(update={"segments": tuple(s for r in reports.values() for s in r.video[number].segments)})
        for number, track in enumerate(first.video)
    ]
    chunk = plan.chunks[0].model_copy(update={"end_segment": None, "ranges": None})
    return chunk, first.model_copy(update={"video": tuple(joined)})


def without_vmaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "FILTERS", {"xpsnr": "xpsnr"})


def test_each_rung_is_scored_at_the_size_of_the_top_one(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=9, size="640x360")
    plan, output, reports = encoded(tmp_path, source)

    measured = measuring(output).measure(plan, plan.chunks[0], reports[0].video, source)

    scores = by_name(measured)
    assert list(scores) == ["v360", "v240"]
    assert 100 >= scores["v360"] > scores["v240"] + 5 > 10
    assert {(report.metric, report.frames) for report in measured.reports} == {("vmaf", 33)}
    assert not (source.parent / "measured").exists()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.ts", {"rate": "50", "extra": ("-output_ts_offset", "1000")}),
        ("late.mkv", {"rate": "30000/1001", "extra": ("-output_ts_offset", "7.3", "-g", "240")}),
        ("a.flv", {"rate": "24"}),
    ],
)
@pytest.mark.parametrize("metric", ["vmaf", "xpsnr"])
def test_a_shift_of_one_frame_costs_much_in_every_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, object], metric: str
) -> None:
    if metric == "xpsnr":
        without_vmaf(monkeypatch)
    source = clip(tmp_path / name, seconds=10, size="320x240", **options)  # type: ignore[arg-type]
    plan, output, reports = encoded(tmp_path, source)
    chunk = plan.chunks[0].model_copy(update={"first_segment": 1, "end_segment": 2})
    track = reports[0].video[0]
    tracks = (track.model_copy(update={"segments": track.segments[1:2]}),)
    shifted = plan.model_copy(update={"start": plan.start + 1 / float(plan.rate.fraction)})

    score = by_name(measuring(output).measure(plan, chunk, tracks, source))["v240"]
    late = by_name(measuring(output).measure(shifted, chunk, tracks, source))["v240"]

    assert score > (90 if metric == "vmaf" else 35)
    assert late < score - 10


@pytest.mark.parametrize("metric", ["vmaf", "xpsnr"])
def test_scores_of_chunks_pool_to_that_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    if metric == "xpsnr":
        without_vmaf(monkeypatch)
    source = clip(tmp_path / "a.mp4", seconds=13, size="640x360", extra=("-vf", "fade=out:150:150"))
    plan, output, reports = encoded(tmp_path, source, chunks=3)
    chunk, joined = whole(plan, reports)
    every = replace(measuring(output), every=1)  # skipping, chunks and the whole would not look at the same frames

    parts = [
        part
        for chunk in pictures(plan)
        for part in every.measure(plan, chunk, reports[chunk.index].video, source).reports
    ]
    once = quality.pooled(every.measure(plan, chunk, joined.video, source).reports)

    assert len(parts) == 6
    pooled = quality.pooled(parts)
    assert set(pooled) == set(once) == {"v360", "v240"}
    for name in pooled:
        assert pooled[name].metric == metric
        assert abs(pooled[name].mean - once[name].mean) < 0.2
        assert pooled[name].worst < pooled[name].mean


def test_skipping_frames_before_the_comparison_changes_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = clip(tmp_path / "a.mp4", seconds=4, size="320x240")
    plan, output, reports = encoded(tmp_path, source)
    tenth = replace(measuring(output), every=10)

    quick = by_name(tenth.measure(plan, plan.chunks[0], reports[0].video, source))
    monkeypatch.setattr(quality, "_looked_at", lambda metric, every: "")
    monkeypatch.setattr(quality, "_subsample", lambda every: every)
    slow = by_name(tenth.measure(plan, plan.chunks[0], reports[0].video, source))

    assert quick == slow


@pytest.mark.parametrize("codec", ["hevc", "av1"])
def test_every_codec_is_scored_from_the_middle_of_a_video(tmp_path: Path, codec: str) -> None:
    source = clip(tmp_path / "a.mp4", seconds=9, size="320x240")
    plan, output = planned(source, chunks=2, profile=codec), FakeOutput()
    report = encode(encoder(tmp_path, source, output), plan, plan.chunks[1])

    measured = measuring(output).measure(plan, plan.chunks[1], report.video, source)

    assert plan.chunks[1].first_segment == 1
    assert set(by_name(measured)) == {"v240", f"v240-{codec}"}
    assert min(by_name(measured).values()) > 85


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        (
            "hdr.mkv",
            (
                *("-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le"),
                *("-vf", "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"),
            ),
        ),
        ("interlaced.mkv", ("-vf", "interlace", "-flags", "+ilme+ildct")),
    ],
)
def test_the_source_is_compared_as_the_encoder_was_to_see_it(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    source = clip(tmp_path / name, size="320x240", extra=extra)
    plan, output, reports = encoded(tmp_path, source)

    measured = measuring(output).measure(plan, plan.chunks[0], reports[0].video, source)

    assert (plan.color.is_hdr, plan.interlaced) == (name == "hdr.mkv", name == "interlaced.mkv")
    assert by_name(measured)["v240"] > 90


def test_pictures_too_small_for_the_metric_are_a_warning(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", size="8x8")
    plan, output, reports = encoded(tmp_path, source)

    measured = measuring(output).measure(plan, plan.chunks[0], reports[0].video, source)

    assert measured.reports == ()
    assert "under 32 pixels" in measured.warnings[0]


def failed(tmp_path: Path, spoil: Callable[[FakeOutput], None]) -> Measured:
    source = clip(tmp_path / "a.mp4", seconds=2, sound=False)
    plan, output, reports = encoded(tmp_path, source)
    spoil(output)
    return measuring(output).measure(plan, plan.chunks[0], reports[0].video, source)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda output: output.objects.pop(BASE + "v240/00000.m4s"), "v240/00000.m4s is not stored"),
        (lambda output: output.put(BASE + "v240/init.mp4", b"\x00" * 600), "FFmpeg exit"),
        (lambda output: output.put(BASE + "v240/00000.m4s", b""), "FFmpeg exit"),
    ],
)
def test_a_failure_is_a_warning_and_no_score(tmp_path: Path, spoil: Callable[[FakeOutput], None], why: str) -> None:
    measured = failed(tmp_path, spoil)

    assert measured.reports == ()
    assert len(measured.warnings) == 1
    assert measured.warnings[0].startswith("The picture quality of chunk 0 could not be measured: " + why)


def test_going_beyond_the_budget_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    little = Budget(cpu_seconds=0, wall_seconds=60, memory_bytes=2**31, output_bytes=2**20)
    monkeypatch.setattr(limits, "of_measuring", lambda plan, chunk, cores: little)

    measured = failed(tmp_path, lambda output: None)

    assert measured.reports == ()
    assert "more than 0 s of CPU time" in measured.warnings[0]


def test_an_ffmpeg_without_a_metric_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "FILTERS", {})

    assert "neither libvmaf nor xpsnr" in failed(tmp_path, lambda output: None).warnings[0]


def test_a_task_that_must_end_measures_when_it_is_tried_again(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=2)
    plan, output, reports = encoded(tmp_path, source)
    stop = threading.Event()
    stopped = replace(measuring(output), stop=stop, is_wanted=lambda: bool(stop.set()) or True)

    with pytest.raises(EncodeInterrupted):
        stopped.measure(plan, plan.chunks[0], reports[0].video, source)

    assert measuring(output).measure(plan, plan.chunks[0], reports[0].video, source).reports


def test_a_video_that_is_not_wanted_any_more_is_not_measured(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=2)
    plan, output, reports = encoded(tmp_path, source)

    measured = measuring(output, lambda: False).measure(plan, plan.chunks[0], reports[0].video, source)

    assert measured == Measured()


def test_a_chunk_without_pictures_has_nothing_to_measure(tmp_path: Path) -> None:
    plan = samples.plan()

    assert measuring(FakeOutput()).measure(plan, plan.chunks[0], (), tmp_path / "none") == Measured()


def test_reports_and_pools_travel_as_json() -> None:
    report = QualityReport(name="v240", metric="vmaf", mean=93.412, frames=10)

    assert QualityReport.model_validate_json(report.model_dump_json()) == report
    assert quality.pooled([report])["v240"] == Quality(metric="vmaf", mean=93.41, worst=93.41)
