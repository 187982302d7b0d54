"""Values that many tests start from."""

from datetime import UTC, datetime

from tests.fakes import FakeLedger, FakeWaiting
from vod import profiles
from vod.encoder.report import ChunkReport, SegmentReport, SheetReport, TrackReport
from vod.ffmpeg import commands
from vod.media.color import Color
from vod.money.cost import MICRO
from vod.money.limits import Limits
from vod.money.prices import Fargate
from vod.plan.chunks import ChunkPolicy
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.ports.services import Executions, Ledger, Videos
from vod.record.status import Status
from vod.record.video import Source, Video
from vod.source.probe import AudioTrack, Probe, Rate, VideoTrack
from vod.steps.admission import Admission
from vod.steps.start import Budget, Starting
from vod.steps.turns import Turns

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
VIDEO_ID = "0123456789abcdef0123"
RUN = "0123456789ab"
PRICE = Fargate(vcpu_hour=0.04, gb_hour=0.005, spot_discount=0.5)


def video(status: Status = Status.AWAITING_UPLOAD, **changes: object) -> Video:
    fields: dict[str, object] = {
        "id": VIDEO_ID,
        "owner": "ann",
        "filename": "clip.mp4",
        "created_at": "2026-01-02T00:00:00.000Z",
        "updated_at": "2026-01-02T00:00:00.000Z",
        "source": Source(f"uploads/{VIDEO_ID}/source"),
        "status": status,
        "size": 1000,
        "run": None if status is Status.AWAITING_UPLOAD else RUN,
    }
    return Video(**(fields | changes))  # type: ignore[arg-type]


def starting(
    videos: Videos, executions: Executions, ledger: Ledger, usd: float = 0, turns: Turns | None = None
) -> Starting:
    """The start step with a day's budget of so many USD, 0 for any amount."""
    budget = Budget(round(usd * MICRO), PRICE)
    return Starting(videos, executions, ledger, FakeWaiting(), budget, turns or Turns(), "source-bucket", lambda: NOW)


def admission(videos: Videos, ledger: Ledger | None = None, usd: float = 0, limits: Limits | None = None) -> Admission:
    """What lets a planned run start its tasks, with a day's budget of so many USD, 0 for any amount."""
    budget = Budget(round(usd * MICRO), PRICE)
    return Admission(videos, ledger or FakeLedger(), FakeWaiting(), budget, limits or Limits(), lambda: NOW)


def probe(
    width: int = 1280, height: int = 720, seconds: float = 10.0, rate: Rate | None = None, audio: bool = True
) -> Probe:
    track = VideoTrack(
        index=0, codec="h264", width=width, height=height, color=Color(), rate=rate or Rate(num=25, den=1), end=seconds
    )
    sound = AudioTrack(
        index=1, codec="aac", channels=2, sample_rate=48000, language="eng", is_default=True, begin=0.0, end=seconds
    )
    return Probe(container="mov", size=1000, duration=seconds, video=track, audio=(sound,) if audio else ())


def sound_probe(seconds: float = 10.0) -> Probe:
    """A source without picture."""
    return probe(seconds=seconds).model_copy(update={"container": "mp3", "video": None, "cover": 1})


def plan(source: Probe | None = None, profile: str = "default") -> Plan:
    stored = SourceObject(bucket="source", key=f"uploads/{VIDEO_ID}/source", version="v1", size=1000)
    return make_plan(VIDEO_ID, RUN, stored, source or probe(), ChunkPolicy(), profiles.named(profile))


def track(
    name: str,
    frames: list[int],
    ticks_per_frame: int,
    timescale: int,
    codec: str = "avc1.640028",
    key_bytes: int = 0,
) -> TrackReport:
    segments, at = [], 0
    for number, count in enumerate(frames):
        ticks = count * ticks_per_frame
        segments.append(
            SegmentReport(number=number, bytes=1000 + number, frames=count, start=at, ticks=ticks, key_bytes=key_bytes)
        )
        at += ticks
    return TrackReport(
        name=name, codec=codec, timescale=timescale, init_bytes=700, init_sha256="ab", segments=tuple(segments)
    )


def report(made: Plan) -> ChunkReport:
    """What an encoder reports that did exactly what the plan asks."""
    full, rest = divmod(made.frames, made.segment_frames)
    frames = [made.segment_frames] * full + ([rest] if rest else [])
    videos = tuple(track(r.name, frames, made.frame_ticks, made.timescale, key_bytes=400) for r in made.renditions)
    sounds = [track(a.name, [188, 188, 93], 1024, 48000, "mp4a.40.2") for a in made.audio]
    audios = tuple(sound.model_copy(update={"edit": 1024}) for sound in sounds)
    sheets = tuple(SheetReport(name=sheet.name, bytes=900) for sheet in commands.sheets(made, 0, None))
    return ChunkReport(chunk=0, outcome="encoded", video=videos, audio=audios, poster_bytes=5000, sheets=sheets)


def stored(made: Plan, done: ChunkReport) -> dict[str, int]:
    """The objects such an encoder leaves: key -> bytes."""
    run = f"videos/{made.video_id}/{made.run}/"
    sizes = {run + sheet.name: sheet.bytes for sheet in done.sheets}
    for item in (*done.video, *done.audio):
        base = f"{run}{item.name}/"
        sizes[base + "init.mp4"] = item.init_bytes
        sizes |= {f"{base}{segment.number:05d}.m4s": segment.bytes for segment in item.segments}
    return sizes
