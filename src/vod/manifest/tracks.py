"""The chunks' reports put together: one whole track per rendition."""

from collections.abc import Sequence
from dataclasses import dataclass

from vod.encoder.report import ChunkReport, TextReport, TrackReport
from vod.errors import VerificationFailed
from vod.plan import storyboard
from vod.plan.plan import Plan
from vod.plan.storyboard import Sheet


@dataclass(frozen=True, slots=True)
class Tracks:
    """Every video track (ladder order) and sound track of a run, whole, the storyboard's sheets, and warnings."""

    video: tuple[TrackReport, ...]
    audio: tuple[TrackReport, ...]
    subtitles: tuple[TextReport, ...]
    sheets: tuple[Sheet, ...]
    warnings: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Length of the longest track, as it is heard or seen."""
        return max([*(track.seconds for track in self.video), *(heard(track) for track in self.audio)])


def assemble(plan: Plan, reports: Sequence[ChunkReport]) -> Tracks:
    """One track per rendition from the reports of all chunks; VerificationFailed when one is missing."""
    in_order = sorted(reports, key=lambda report: report.chunk)
    if [report.chunk for report in in_order] != [chunk.index for chunk in plan.chunks]:
        raise VerificationFailed("report_missing", "a chunk has no report")
    pictures = [report for report, chunk in zip(in_order, plan.chunks, strict=True) if chunk.video]
    video = tuple(joined(_parts(pictures, rendition.name)) for rendition in plan.renditions)
    audio = tuple(track for report in in_order for track in report.audio)
    if not video and not audio:
        raise VerificationFailed("track_missing", "there is neither picture nor sound")
    texts = tuple(text for report in in_order for text in report.subtitles)
    warnings = tuple(warning for report in in_order for warning in report.warnings)
    return Tracks(video, audio, texts, _drawn(plan, in_order), warnings)


def _drawn(plan: Plan, reports: list[ChunkReport]) -> tuple[Sheet, ...]:
    """The storyboard's sheets that were stored, in order."""
    if plan.storyboard is None:
        return ()
    made = {sheet.name for report in reports for sheet in report.sheets}
    videos = [chunk for chunk in plan.chunks if chunk.video]
    meant = [sheet for chunk in videos for sheet in storyboard.sheets(plan.storyboard, *plan.frames_of(chunk))]
    return tuple(sheet for sheet in meant if sheet.name in made)


def _parts(reports: list[ChunkReport], name: str) -> list[TrackReport]:
    """The chunks' parts of one track. Chunks at the end may be empty: a damaged source ends before its length says."""
    found = [next((track for track in report.video if track.name == name), None) for report in reports]
    parts = [part for part in found if part is not None]
    if not parts or None in found[: len(parts)]:
        raise VerificationFailed("track_missing", f"a chunk has no track {name}")
    return parts


def joined(parts: list[TrackReport]) -> TrackReport:
    """One track of the parts that chunks made of it; VerificationFailed when they do not fit together."""
    if len({(part.init_sha256, part.codec, part.timescale) for part in parts}) != 1:
        raise VerificationFailed("init_mismatch", f"the chunks of {parts[0].name} differ in their init segments")
    return parts[0].model_copy(update={"segments": tuple(segment for part in parts for segment in part.segments)})


def heard(track: TrackReport) -> float:
    """Length of a sound track (s) without what its edit list cuts."""
    return track.seconds - (track.edit or 0) / track.timescale
