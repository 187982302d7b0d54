"""A video as the API answers it, for its OpenAPI document alone (vod.api.answers)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from vod.errors import APPROVAL_REQUIRED, DAILY_LIMIT_REACHED, ENCODE_FAILED, NOT_IMPORTED, REFUSALS
from vod.record.status import Status

Percent = Annotated[float, Field(ge=0, le=100)]
Usd = Annotated[float, Field(ge=0, description="USD")]
Bytes = Annotated[int, Field(ge=0, description="bytes")]
Seconds = Annotated[float, Field(ge=0, description="seconds")]
BitsPerSecond = Annotated[int, Field(ge=0, description="bit/s")]


class Answer(BaseModel):
    """Part of an answer. Every field is always there; further ones may come with a new version."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class VideoError(Answer):
    """Why a video failed. `retryable`: encoding the same file again may help."""

    code: Annotated[
        str,
        Field(
            examples=[
                *sorted(REFUSALS),
                *NOT_IMPORTED,
                ENCODE_FAILED,
                DAILY_LIMIT_REACHED,
                APPROVAL_REQUIRED,
                "internal",
            ]
        ),
    ]
    message: str
    retryable: bool


class SourcePicture(Answer):
    """The picture of an uploaded file as it is shown: upright, pixels square; `rotation` in degrees was applied."""

    codec: str
    width: int
    height: int
    rotation: int
    frame_rate: float | None
    interlaced: bool
    pixel_format: str | None


class SourceSound(Answer):
    """One sound track of an uploaded file; `sampleRate` in Hz."""

    codec: str
    channels: int
    sample_rate: int
    language: str | None
    title: str | None


class Source(Answer):
    """What the uploaded file is: its container as FFmpeg names it, its picture (null without one) and its sound."""

    container: str
    duration: Seconds
    size: Bytes
    video: SourcePicture | None
    audio: list[SourceSound]


class Quality(Answer):
    """A rendition beside the source, by the profile `measured`: the mean of all frames, and that of the worst chunk."""

    metric: Annotated[str, Field(examples=["vmaf"])]
    mean: float
    worst: float


class Loudness(Answer):
    """By EBU R 128, before any gain: integrated (LUFS), range (LU), true peak (dBTP); and its gain (dB)."""

    integrated: float
    range: float
    peak: float
    gain: float


class Rendition(Answer):
    """One resolution of a video in one codec (RFC 6381)."""

    name: str
    width: int
    height: int
    codec: str
    frame_rate: float
    frames: int
    segments: int
    bitrate: BitsPerSecond
    peak_bitrate: BitsPerSecond
    bytes: Bytes
    quality: Quality | None = None


class Sound(Answer):
    """One sound track of a video; `loudness` null where it is not known."""

    name: str
    label: str
    language: str | None
    role: str
    default: bool
    channels: int
    codec: str
    bitrate: BitsPerSecond
    bytes: Bytes
    loudness: Loudness | None


class Remake(Answer):
    """The rendition of a ready video that is being encoded again."""

    rendition: str
    progress: Percent


class Playback(Answer):
    """Addresses of a playable video; `poster` and `storyboard` null where it has none."""

    hls: str
    dash: str
    poster: str | None
    storyboard: str | None


class Cost(Answer):
    """What a video cost so far: its tasks over all runs, requests of the run that is ready, storage a month."""

    tasks: int
    task_seconds: Seconds
    tasks_usd: Usd
    requests_usd: Usd
    total_usd: Usd
    storage_usd_per_month: Usd | None


class Import(Answer):
    """A file that the platform fetches itself: its address without the query, bytes received, and of how many."""

    url: str
    received: Bytes
    total: Bytes | None


class Video(Answer):
    """A video; `progress` in percent, `duration` in seconds (null until it is known), `size` in bytes as announced."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{20}$")]
    status: Status
    waits_for: Annotated[
        str | None, Field(description="`budget`: until the day's budget allows it; `turn`: until others are done")
    ]
    progress: Percent
    title: str
    tags: list[str]
    external_id: Annotated[str | None, Field(description="Your own id of it, once for an owner")]
    metadata: dict[str, str]
    downloads: Annotated[
        Literal["owner", "viewers"] | None, Field(description="Who may download it; null: as `ViewersMayDownload` says")
    ]
    profile: str
    import_: Annotated[Import | None, Field(alias="import")]
    filename: str
    size: int | None
    duration: float | None
    source: Source | None
    renditions: list[Rendition]
    sound: list[Sound]
    remake: Remake | None
    playback: Playback | None
    warnings: list[str]
    error: VideoError | None
    cost: Annotated[Cost | None, Field(description="USD at list prices; null except in `GET /videos/{id}`")]
    created_at: datetime
    updated_at: datetime


class Offered(Answer):
    """A rendition that may be downloaded, and its size without sound."""

    name: str
    width: int
    height: int
    codec: str
    bytes: Bytes


class Download(Answer):
    """A file to keep: `progress` in percent until it is ready; then where it is, which works until `expiresAt`."""

    state: Literal["preparing", "ready"]
    progress: Percent
    filename: str
    bytes: Bytes | None
    url: str | None
    expires_at: datetime | None


class DownloadAnswer(Answer):
    """A file to keep."""

    download: Download


class Caption(Answer):
    """Subtitles of a video: `captions` are for the deaf, `forced` only translate what is foreign in the video."""

    id: Annotated[str, Field(pattern="^[a-z][0-9a-f]{1,8}$")]
    language: str | None
    label: str
    kind: Literal["subtitles", "captions", "forced"]
    is_default: Annotated[bool, Field(description="Shown without being chosen")]
    origin: Annotated[Literal["source", "uploaded"], Field(description="Of the uploaded video, or added later")]
    url: Annotated[str, Field(description="The text as WebVTT, signed where playback is private")]


class CaptionAnswer(Answer):
    """Subtitles of a video."""

    caption: Caption


class Captions(Answer):
    """The subtitles of a video, in the order of players' menus."""

    captions: list[Caption]
