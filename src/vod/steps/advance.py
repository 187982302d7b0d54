"""Advance: manifests over what is encoded so far, so that a long video is watched while its encoders are at work."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from vod import clock, keys, model
from vod.errors import Conflict, VerificationFailed
from vod.growth import grows, so_far
from vod.manifest.files import files
from vod.manifest.hls import Kind
from vod.manifest.rendition import Catalog, Growing, catalog
from vod.model import Video
from vod.plan import Plan
from vod.ports import Output, Videos
from vod.records import amend
from vod.report import ChunkReport
from vod.status import Status
from vod.tracks import Tracks

Tags = dict[str, str | None]


def noted(event: model.Document) -> list[tuple[str, str]]:
    """The runs (video id, run) whose chunks noted progress, each once, from a DynamoDB stream event."""
    noted_keys = [record["dynamodb"]["Keys"] for record in event["Records"]]
    found = (keys.chunk_record(key["pk"]["S"], key["sk"]["S"]) for key in noted_keys)
    return list(dict.fromkeys(run for run in found if run))


@dataclass(frozen=True, slots=True)
class Advancing:
    """Everything the step needs."""

    videos: Videos
    output: Output
    now: Callable[[], datetime] = clock.now

    def advance(self, video_id: str, run: str) -> bool:
        """Make the manifests of a run as long as what is encoded; False when there is nothing to do. Safe to repeat.

        Publishing begins when every chunk's last report is there and writes the same files. So that its word is the
        last: their tags are read first, and a file is replaced only if it is still the same.
        """
        if not (video := self._wanted(video_id, run)):
            return False
        plan = Plan.model_validate_json(self.output.get(keys.plan_key(video_id, run)))
        if not grows(plan):
            return False
        tags = self._tags(plan)
        reports = self._reports(plan)
        if len(reports) == len(plan.chunks) and all(report.outcome != "encoding" for report in reports.values()):
            return False
        try:
            tracks = so_far(plan, reports)
        except VerificationFailed:  # publishing will say so
            return False
        return tracks is not None and self._extend(video, plan, tracks, tags)

    def _wanted(self, video_id: str, run: str) -> Video | None:
        video = self.videos.get(video_id)
        is_wanted = video and video.run == run and video.status in (Status.TRANSCODING, Status.PLAYABLE)
        return video if is_wanted else None

    def _tags(self, plan: Plan) -> Tags:
        names = [keys.playlist_name(name) for name in plan.track_names] + [keys.DASH_NAME, keys.HLS_NAME]
        prefix = keys.run_prefix(plan.video_id, plan.run)
        return {name: self.output.tag(prefix + name) for name in names}

    def _reports(self, plan: Plan) -> dict[int, ChunkReport]:
        """What the tasks reported, or noted so far, by chunk: of the extras, and of the video up to where it ends."""
        found: dict[int, ChunkReport] = {}
        for chunk in sorted(plan.chunks, key=lambda chunk: not chunk.extras):
            report = self._report(plan, chunk.index)
            if report:
                found[chunk.index] = report
            if chunk.video and (report is None or report.outcome == "encoding"):
                break
        return found

    def _report(self, plan: Plan, chunk: int) -> ChunkReport | None:
        for key in (keys.report_key, keys.so_far_key):
            try:
                return ChunkReport.model_validate_json(self.output.get(key(plan.video_id, plan.run, chunk)))
            except KeyError:
                continue
        return None

    def _extend(self, video: Video, plan: Plan, tracks: Tracks, tags: Tags) -> bool:
        growing = Growing(plan.seconds, clock.parse(video.created_at), self.now())
        if not self._replace(plan, catalog(plan, tracks, growing), tags):
            return False
        if video.status is Status.TRANSCODING:
            self._tell(video, plan)
        return True

    def _replace(self, plan: Plan, listed: Catalog, tags: Tags) -> bool:
        prefix = keys.run_prefix(plan.video_id, plan.run)
        texts: Iterable[tuple[str, str]] = files(listed, Kind.EVENT).items()
        return all(self.output.replace(prefix + name, text.encode(), tags[name]) for name, text in texts)

    def _tell(self, video: Video, plan: Plan) -> None:
        poster = self.output.tag(keys.run_prefix(plan.video_id, plan.run) + keys.POSTER_NAME)
        now = clock.stamp(self.now())
        try:
            amend(self.videos, video, lambda fresh: model.playable(fresh, plan.seconds, poster is not None, now))
        except Conflict:  # it is ready, cancelled or failed meanwhile
            return
