"""Publish: put the chunks together, verify every frame and object, write the manifests, and only then say `ready`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vod import clock, keys
from vod.encoder.report import ChunkReport, merged
from vod.errors import VerificationFailed, VersionConflict, document
from vod.ffmpeg.loudness import Loudness
from vod.ffmpeg.quality import Quality, pooled
from vod.frozen import Document
from vod.manifest.catalog import Catalog, average_bandwidth, catalog, peak_bandwidth
from vod.manifest.files import files, store_all
from vod.manifest.hls import Kind
from vod.manifest.tracks import Tracks, assemble
from vod.manifest.verification import verify
from vod.money import cost, prices
from vod.money.prices import Fargate
from vod.parallel import in_order
from vod.plan import lanes, storyboard
from vod.plan.chunks import Lane
from vod.plan.plan import Plan
from vod.ports.buckets import Output
from vod.ports.services import Events, Metrics, Videos
from vod.record import changes, remakes
from vod.record.changes import Published
from vod.record.status import Status
from vod.record.video import Costs, Video
from vod.steps import kept_captions
from vod.steps.amend import TRIES, amend


@dataclass(frozen=True, slots=True)
class Publishing:
    """Everything the step needs."""

    videos: Videos
    output: Output
    events: Events
    metrics: Metrics
    price: Fargate = field(default_factory=lambda: prices.read().fargate["arm64"])
    now: Callable[[], datetime] = clock.now

    def publish(self, video_id: str, run: str) -> Document:
        """`{"outcome": "published" | "unwanted"}`, or `{"outcome": "refused", "error"}`. Safe to repeat."""
        video = self.videos.get(video_id)
        if video and video.status is Status.READY and (video.plan_run or video.run) == run:
            self._announce(video)  # the try before may have died between storing and telling
            return {"outcome": "published"}
        if video is None or not video.is_encoded_in(run):
            return {"outcome": "unwanted"}
        plan = Plan.model_validate_json(self.output.get(keys.plan_key(video_id, run)))
        try:
            return self._publish(video, plan, self._reports(plan))
        except VerificationFailed as failure:
            return _refused(failure.code, failure.message)

    def _reports(self, plan: Plan) -> list[ChunkReport]:
        """Of every chunk; where a rendition is made anew, those of the run before with the new track."""
        if plan.remade is None:
            return list(in_order(lambda chunk: self._report(plan, chunk.index), plan.chunks))
        base = Plan.model_validate_json(self._stored(keys.plan_key(plan.video_id, plan.remade.base_run)))
        return [
            merged(report, self._report(plan, chunk.index), plan.remade.replaced)
            if chunk.video
            else report.model_copy(update={"by_function": False})  # it was paid for with the run before
            for chunk, report in zip(plan.chunks, self._reports(base), strict=True)
        ]

    def _report(self, plan: Plan, chunk: int) -> ChunkReport:
        return ChunkReport.model_validate_json(self._stored(keys.report_key(plan.video_id, plan.run, chunk)))

    def _stored(self, key: str) -> bytes:
        try:
            return self.output.get(key)
        except KeyError as missing:
            raise VerificationFailed("report_missing", f"{key} is missing") from missing

    def _publish(self, video: Video, plan: Plan, reports: list[ChunkReport]) -> Document:
        if refusal := next((report.refusal for report in reports if report.refusal), None):
            return _refused(refusal.code, refusal.message)
        if any(report.outcome == "cancelled" for report in reports):
            return {"outcome": "unwanted"}
        prefix = plan.prefix
        tracks = assemble(plan, reports)
        if plan.remade:
            tracks = kept_captions.only(tracks, kept_captions.listed(self.output, prefix))
        sizes = self.output.sizes(prefix)
        warnings = tracks.warnings + verify(plan, reports, tracks, sizes)
        listed = catalog(plan, tracks)
        if plan.remade:
            video = amend(self.videos, video, lambda fresh: remakes.publishing(fresh, plan.run))
            if not video.is_encoded_in(plan.run):
                return {"outcome": "unwanted"}
        self._write_storyboard(prefix, plan, tracks)
        grew = video.status is Status.PLAYABLE
        kind = Kind.EVENT if grew else Kind.VOD
        if plan.remade:
            self._store_remade(prefix, listed, kind)
        else:
            store_all(files(listed, kind), lambda name, data: self._put(prefix + name, data))
        published = Published(
            renditions=tuple(_renditions(listed, pooled(part for report in reports for part in report.quality))),
            sound=tuple(_sound(listed, {each.name: each for report in reports for each in report.loudness})),
            duration=round(tracks.seconds, 6),
            has_poster=any(report.poster_bytes for report in reports),
            has_storyboard=bool(tracks.sheets),
            warnings=warnings,
            costs=_costs(plan, sizes, reports, self.price),
        )
        done = self._record(video, plan, published, reports)
        if done is None:
            return {"outcome": "unwanted"}
        self._announce(done)
        return {"outcome": "published"}

    def _store_remade(self, prefix: str, listed: Catalog, kind: Kind) -> None:
        """Manifests with the subtitles that are named now; VersionConflict where these change all the time."""
        for _ in range(TRIES):
            there = self.output.stored(prefix + keys.HLS_NAME)
            whole = kept_captions.with_them(listed, kept_captions.listed(self.output, prefix), self.output, prefix)

            def stored(name: str, data: bytes, tag: str | None = there.tag if there else None) -> bool:
                if name == keys.HLS_NAME:
                    return self.output.replace(prefix + name, data, tag)
                return self._put(prefix + name, data)

            if store_all(files(whole, kind), stored):
                return
        raise VersionConflict(prefix)

    def _put(self, key: str, data: bytes) -> bool:
        self.output.put(key, data)
        return True

    def _record(self, video: Video, plan: Plan, published: Published, reports: Iterable[ChunkReport]) -> Video | None:
        """A title changed meanwhile is no reason to publish all over again; None for a remake of a deleted video."""
        stamp = clock.stamp(self.now())
        if plan.remade is None:
            done = amend(self.videos, video, lambda fresh: changes.ready(fresh, published, stamp))
            self._measure(done)
            self._measure_lanes(plan, reports)
            return done
        replaced = plan.remade.replaced

        def change(fresh: Video) -> Video:
            wanted = fresh.is_encoded_in(plan.run)
            return remakes.remade(fresh, published, replaced, stamp) if wanted else fresh

        done = amend(self.videos, video, change)
        return done if done.plan_run == plan.run else None

    def _measure(self, video: Video) -> None:
        taken = self.now() - clock.parse(video.queued_at or video.created_at)
        self.metrics.put("TimeToReady", taken.total_seconds(), "Seconds")
        self.metrics.put("HoursReady", (video.duration or 0) / 3600)
        self.metrics.put("Broken", 0)

    def _measure_lanes(self, plan: Plan, reports: Iterable[ChunkReport]) -> None:
        pieces = {chunk.index for chunk in plan.chunks if chunk.lane is Lane.FUNCTION}
        by_tasks = [not report.by_function for report in reports if report.chunk in pieces]
        if by_tasks:
            self.metrics.put("PiecesByTasks", sum(by_tasks) / len(by_tasks))

    def _announce(self, video: Video) -> None:
        """At least once: subscribers tell repeats by the event's id."""
        run = video.plan_run or video.run
        told = {"id": f"{video.id}-{run}-ready", "videoId": video.id, "owner": video.owner, "run": run}
        self.events.publish("VideoReady", told)

    def _write_storyboard(self, prefix: str, plan: Plan, tracks: Tracks) -> None:
        if plan.storyboard and tracks.sheets:
            cues = storyboard.track(plan.storyboard, tracks.sheets, tracks.seconds)
            self.output.put(prefix + keys.VTT_NAME, cues.encode())


def _refused(code: str, message: str) -> Document:
    return {"outcome": "refused", "error": document(code, message)}


def _costs(plan: Plan, sizes: Mapping[str, int], reports: Iterable[ChunkReport], price: Fargate) -> Costs:
    listed = prices.read()
    kept = plan.source.size + sum(sizes.values())
    ran = sum(lanes.START_SECONDS + report.encode_seconds for report in reports if report.by_function)
    requests = cost.of_requests(len(sizes), len(plan.chunks), listed)
    return Costs(requests + cost.of_function(plan.function_memory, ran, price), cost.of_month(kept, listed))


def _renditions(listed: Catalog, quality: Mapping[str, Quality]) -> list[Document]:
    """The renditions as the record and the API show them; rates in bit/s, size in bytes; their quality if measured."""
    return [
        {
            "name": keys.rendition_of(entry.rendition.name),
            "width": entry.rendition.width,
            "height": entry.rendition.height,
            "codec": entry.track.codec,
            "frameRate": round(float(entry.rate), 3),
            "frames": entry.track.frames,
            "segments": len(entry.track.segments),
            "bitrate": average_bandwidth(entry.track),
            "peakBitrate": peak_bandwidth(entry.track),
            "bytes": entry.track.bytes,
        }
        | ({"quality": quality[entry.track.name].model_dump()} if entry.track.name in quality else {})
        for entry in listed.video
    ]


def _sound(listed: Catalog, loudness: Mapping[str, Loudness]) -> list[Document]:
    """The sound tracks as the record and the API show them; their loudness where it is known."""
    return [
        {
            "name": entry.rendition.name,
            "label": entry.rendition.label,
            "language": entry.rendition.language,
            "role": entry.rendition.role.value,
            "default": entry.rendition.is_default,
            "channels": entry.rendition.channels,
            "codec": entry.track.codec,
            "bitrate": average_bandwidth(entry.track),
            "bytes": entry.track.bytes,
            "loudness": _loudness(loudness.get(entry.rendition.name)),
        }
        for entry in listed.audio
    ]


def _loudness(measured: Loudness | None) -> Document | None:
    return measured.model_dump(exclude={"name"}) if measured else None
