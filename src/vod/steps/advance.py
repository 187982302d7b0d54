"""Advance: manifests over what is encoded so far, so that a long video is watched while its encoders are at work."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, frozen, keys
from vod.encoder.report import ChunkReport
from vod.errors import Conflict, VerificationFailed
from vod.manifest.catalog import Growing, catalog
from vod.manifest.files import files, store_all
from vod.manifest.growth import so_far
from vod.manifest.hls import Kind
from vod.manifest.tracks import Tracks
from vod.parallel import AT_A_TIME, in_order
from vod.plan.plan import Plan, grows
from vod.ports.buckets import Output, Stored
from vod.ports.services import Videos
from vod.record import changes
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.amend import amend

Manifests = Mapping[str, Stored | None]
"""The manifests that are there, by name."""
PARALLEL = 10
"""Runs that one batch advances at a time: nearly all of it is waiting for S3."""
_ENDED = ("refused", "cancelled")


def noted(event: frozen.Document) -> list[tuple[str, str]]:
    """The runs (video id, run) whose chunks noted progress, each once, from a DynamoDB stream event."""
    noted_keys = [record["dynamodb"]["Keys"] for record in event["Records"]]
    found = (keys.chunk_record(key["pk"]["S"], key["sk"]["S"]) for key in noted_keys)
    return list(dict.fromkeys(run for run in found if run))


@dataclass(frozen=True, slots=True)
class Advancing:
    """Everything the step needs; of one run so many requests are made beside each other."""

    videos: Videos
    output: Output
    now: Callable[[], datetime] = clock.now
    requests: int = 1

    def advance_all(self, runs: Iterable[tuple[str, str]]) -> int:
        """How many of these runs have all that is encoded in their manifests; a run that fails does so after the others
        have had their turn."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            begun = [pool.submit(self.advance, *run) for run in runs]
        return sum(each.result() for each in begun)

    def piece_encoded(self, video_id: str, run: str, chunk: int, frames: int) -> bool:
        """Note what a function has encoded, which may write nothing itself, and advance; False: nothing to do."""
        if not self._wanted(video_id, run):
            return False
        self.videos.note_chunk(video_id, run, chunk, frames)
        return replace(self, requests=AT_A_TIME).advance(video_id, run)

    def advance(self, video_id: str, run: str) -> bool:
        """Make the manifests of a run as long as what is encoded; False when there is nothing to do. Safe to repeat.

        Publishing begins when every chunk's last report is there and writes the same files. So that its word is the
        last: what is there is looked at first, and a file is replaced only if it is still the same.
        """
        if not (video := self._wanted(video_id, run)):
            return False
        plan = Plan.model_validate_json(self.output.get(keys.plan_key(video_id, run)))
        if not grows(plan):
            return False
        there = self._manifests(plan)
        tracks = self._tracks(plan)
        return tracks is not None and self._extend(video, plan, tracks, there)

    def _tracks(self, plan: Plan) -> Tracks | None:
        reports = self._reports(plan)
        outcomes = [report.outcome for index, report in reports.items() if index < len(plan.chunks)]
        if any(outcome in _ENDED for outcome in outcomes):
            return None
        if len(outcomes) == len(plan.chunks) and "encoding" not in outcomes:
            return None
        try:
            return so_far(plan, reports)
        except VerificationFailed:  # publishing will say so
            return None

    def _wanted(self, video_id: str, run: str) -> Video | None:
        video = self.videos.get(video_id)
        is_wanted = video and video.run == run and video.status in (Status.TRANSCODING, Status.PLAYABLE)
        return video if is_wanted else None

    def _manifests(self, plan: Plan) -> Manifests:
        played = [keys.playlist_name(name) for name in plan.track_names]
        names = [*played, *_trick_names(plan), keys.DASH_NAME, keys.HLS_NAME]
        prefix = keys.run_prefix(plan.video_id, plan.run)
        return dict(
            zip(names, in_order(lambda name: self.output.stored(prefix + name), names, self.requests), strict=True)
        )

    def _reports(self, plan: Plan) -> dict[int, ChunkReport]:
        """What the tasks reported, or noted so far, by chunk: of the extras, and of the video up to where it ends."""
        found: dict[int, ChunkReport] = {}
        head = [plan.head] if plan.head else []
        chunks = (*head, *sorted(plan.chunks, key=lambda chunk: not chunk.extras))
        reports = in_order(lambda chunk: self._report(plan, chunk.index), chunks, self.requests)
        for chunk, report in zip(chunks, reports, strict=False):
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

    def _extend(self, video: Video, plan: Plan, tracks: Tracks, there: Manifests) -> bool:
        growing = Growing(plan.seconds, clock.parse(video.created_at), self.now())
        texts = dict(files(catalog(plan, tracks, growing), Kind.EVENT))
        if is_longer(plan, texts, there) and not self._replace(plan, texts, there):
            return False
        if video.status is Status.TRANSCODING:
            self._tell(video, plan)
        return True

    def _replace(self, plan: Plan, texts: Mapping[str, str], there: Manifests) -> bool:
        prefix = keys.run_prefix(plan.video_id, plan.run)

        def replaced(name: str, data: bytes) -> bool:
            return self.output.replace(prefix + name, data, _tag(there[name]))

        return store_all(texts.items(), replaced, self.requests)

    def _tell(self, video: Video, plan: Plan) -> None:
        has_poster = self.output.stored(keys.run_prefix(plan.video_id, plan.run) + keys.POSTER_NAME) is not None
        now = clock.stamp(self.now())

        def change(fresh: Video) -> Video:
            if fresh.run != plan.run:
                raise Conflict("wrong_status", "The video is now encoded in another run.")
            return changes.playable(fresh, plan.seconds, has_poster, now)

        try:
            amend(self.videos, video, change)
        except Conflict:  # it is ready, cancelled, failed or begun anew meanwhile
            return


def is_longer(plan: Plan, texts: Mapping[str, str], there: Manifests) -> bool:
    """Whether these manifests add to those that are there and take nothing away.

    To a playlist that grows lines are only ever added (RFC 8216, 6.2.1), so its size tells. Sound that a killed task
    has to make again is shorter for a while: viewers keep what they have been told.
    """
    names = [rendition.name for rendition in plan.renditions] + [track.name for track in plan.audio]
    sizes = {name: len(texts[name].encode()) for name in map(keys.playlist_name, names) if name in texts}
    grown = [size - stored.size if (stored := there[name]) else 1 for name, size in sizes.items()]
    return min(grown) >= 0 and max(grown) > 0


def _trick_names(plan: Plan) -> list[str]:
    return [keys.trick_playlist_name(rendition.name) for rendition in plan.renditions]


def _tag(stored: Stored | None) -> str | None:
    return stored.tag if stored else None
