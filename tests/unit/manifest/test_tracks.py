import pytest

from tests import samples
from vod.encoder import wvtt
from vod.encoder.report import ChunkReport, TextReport
from vod.errors import VerificationFailed
from vod.manifest.tracks import assemble
from vod.manifest.verification import verify
from vod.media.webvtt import Cue

PLAN = samples.plan()
REPORT = samples.report(PLAN)
STORED = samples.stored(PLAN, REPORT)


def check(report: ChunkReport = REPORT, stored: dict[str, int] = STORED) -> tuple[str, ...]:
    return verify(PLAN, [report], assemble(PLAN, [report]), stored)


def with_top_track(**changes: object) -> ChunkReport:
    top = REPORT.video[0].model_copy(update=changes)
    return REPORT.model_copy(update={"video": (top, *REPORT.video[1:])})


def with_top_segment(at: int, **changes: object) -> ChunkReport:
    segments = list(REPORT.video[0].segments)
    segments[at] = segments[at].model_copy(update=changes)
    return with_top_track(segments=tuple(segments))


def test_a_run_as_planned_passes_without_warnings() -> None:
    assert check() == ()


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (REPORT.model_copy(update={"video": REPORT.video[1:]}), "track_missing"),
        (REPORT.model_copy(update={"chunk": 7}), "report_missing"),
        (with_top_segment(1, start=5), "gap"),
        (with_top_segment(1, number=2), "gap"),
        (with_top_segment(2, frames=40, ticks=40 * PLAN.frame_ticks), "rungs_misaligned"),
        (with_top_track(timescale=90000), "timescale_mismatch"),
        (with_top_segment(2, ticks=50 * PLAN.frame_ticks + 1), "uneven_frames"),
        (with_top_segment(0, bytes=1), "object_missing"),
    ],
)
def test_a_flaw_is_found_and_named(report: ChunkReport, code: str) -> None:
    with pytest.raises(VerificationFailed) as failed:
        check(report)

    assert failed.value.code == code


def test_segments_of_uneven_length_are_never_published() -> None:
    frames = [PLAN.segment_frames, PLAN.segment_frames // 2, PLAN.segment_frames]
    cut = tuple(samples.track(r.name, frames, PLAN.frame_ticks, PLAN.timescale) for r in PLAN.renditions)
    report = REPORT.model_copy(update={"video": cut})

    with pytest.raises(VerificationFailed, match="uneven_segments"):
        check(report, samples.stored(PLAN, report))


@pytest.mark.parametrize("key", sorted(STORED)[:4])
def test_a_missing_object_is_found(key: str) -> None:
    with pytest.raises(VerificationFailed, match="object_missing"):
        check(stored={name: size for name, size in STORED.items() if name != key})


@pytest.mark.parametrize("missing", [None, "s0/subtitles.vtt", "s0/init.mp4", "s0/00001.m4s"])
def test_subtitles_are_stored_for_both_manifests(missing: str | None) -> None:
    track, files = wvtt.packaged("s0", [Cue(1, 2, "Hello")], 400)
    report = REPORT.model_copy(update={"subtitles": (TextReport(name="s0", bytes=30, track=track),)})
    sizes = {"s0/subtitles.vtt": 30} | {name: len(data) for name, data in files.items()}
    kept = {f"videos/{PLAN.video_id}/{PLAN.run}/{name}": size for name, size in sizes.items() if name != missing}

    if missing is None:
        assert check(report, STORED | kept) == ()
        return
    with pytest.raises(VerificationFailed, match=missing):
        check(report, STORED | kept)


def short(frames: int, complaints: int) -> ChunkReport:
    cut = [samples.track(r.name, [100, frames], PLAN.frame_ticks, PLAN.timescale) for r in PLAN.renditions]
    return REPORT.model_copy(update={"video": tuple(cut), "complaints": complaints})


def test_lost_frames_fail_a_sound_source() -> None:
    report = short(50, complaints=0)

    with pytest.raises(VerificationFailed, match="150 frames came out of a source of 250"):
        check(report, samples.stored(PLAN, report))


def test_lost_frames_of_a_damaged_source_are_a_warning() -> None:
    report = short(50, complaints=3)

    assert check(report, samples.stored(PLAN, report)) == (
        "The source is damaged: 150 of about 250 frames could be decoded.",
    )


LONG = samples.plan(samples.probe(seconds=130))


def chunk_reports(counts: list[list[int]], complaints: int) -> list[ChunkReport]:
    """Reports of the two video chunks with so many frames in each segment, and of the extras."""
    reports, at = [], 0
    for chunk, frames in zip(LONG.chunks, [*counts, []], strict=True):
        tracks = []
        for rendition in LONG.renditions if frames else ():
            made = samples.track(rendition.name, frames, LONG.frame_ticks, LONG.timescale)
            moved = [
                s.model_copy(
                    update={"number": s.number + chunk.first_segment, "start": s.start + at * LONG.frame_ticks}
                )
                for s in made.segments
            ]
            tracks.append(made.model_copy(update={"segments": tuple(moved)}))
        at += sum(frames)
        reports.append(ChunkReport(chunk=chunk.index, outcome="encoded", video=tuple(tracks), complaints=complaints))
    return reports


def test_a_damaged_long_video_may_end_before_its_last_chunk() -> None:
    reports = chunk_reports([[100] * 10, []], complaints=1)
    stored = {k: v for r in reports for k, v in samples.stored(LONG, r).items()}

    (warning,) = verify(LONG, reports, assemble(LONG, reports), stored)

    assert warning.startswith("The source is damaged: 1000 of about 3250 frames")


def test_an_empty_chunk_before_a_full_one_is_a_failure() -> None:
    with pytest.raises(VerificationFailed, match="track_missing"):
        assemble(LONG, chunk_reports([[], [100] * 17], complaints=1))


def with_sound(**changes: object) -> ChunkReport:
    return REPORT.model_copy(update={"audio": (REPORT.audio[0].model_copy(update=changes),)})


@pytest.mark.parametrize("report", [with_sound(edit=0), with_sound(edit=None), with_top_track(edit=2000)])
def test_a_track_that_does_not_begin_at_zero_is_never_published(report: ChunkReport) -> None:
    with pytest.raises(VerificationFailed, match="track_shifted"):
        check(report)


def test_frames_shown_later_than_decoded_begin_at_zero_by_their_edit_list() -> None:
    segments = [s.model_copy(update={"offset": 2 * PLAN.frame_ticks}) for s in REPORT.video[0].segments]
    shifted = [t.model_copy(update={"edit": 2 * PLAN.frame_ticks, "segments": segments}) for t in REPORT.video]

    assert check(REPORT.model_copy(update={"video": tuple(shifted)})) == ()


HALF = samples.track("a0", [188, 47], 1024, 48000, "mp4a.40.2").model_copy(update={"edit": 1024})


def test_lost_sound_fails_a_sound_source() -> None:
    report = REPORT.model_copy(update={"audio": (HALF,)})

    with pytest.raises(VerificationFailed, match=r"a0 is 4\.992 s long, not 10\.000 s"):
        check(report, samples.stored(PLAN, report))


def test_lost_sound_of_a_damaged_source_is_a_warning() -> None:
    report = REPORT.model_copy(update={"audio": (HALF,), "complaints": 1})

    assert check(report, samples.stored(PLAN, report)) == (
        "The source is damaged: 5.0 of 10.0 s of sound track English are there.",
    )


def test_sound_whose_source_has_no_known_end_is_taken_as_it_comes() -> None:
    report = REPORT.model_copy(update={"audio": (HALF,)})
    endless = PLAN.model_copy(update={"audio": (PLAN.audio[0].model_copy(update={"end": None}),)})

    assert verify(endless, [report], assemble(endless, [report]), samples.stored(PLAN, report)) == ()


def test_sound_without_picture_is_verified_like_any_other() -> None:
    plan = samples.plan(samples.sound_probe())
    report = samples.report(plan)
    tracks = assemble(plan, [report])

    assert verify(plan, [report], tracks, samples.stored(plan, report)) == ()
    assert tracks.seconds == pytest.approx(9.984)


def test_nothing_at_all_is_not_published() -> None:
    plan = samples.plan(samples.sound_probe())

    with pytest.raises(VerificationFailed, match="track_missing"):
        assemble(plan, [samples.report(plan).model_copy(update={"audio": ()})])
