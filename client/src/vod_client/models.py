"""What the API answers, as far as this client reads it; docs/openapi.json of the platform has all of it."""

from typing import Literal, TypedDict

Status = Literal["awaiting_upload", "queued", "transcoding", "playable", "ready", "failed", "cancelled", "deleting"]
Scope = Literal["read", "upload", "manage"]


class Playback(TypedDict):
    """Addresses that play by themselves, for some hours."""

    hls: str
    dash: str
    poster: str | None
    storyboard: str | None


class VideoError(TypedDict):
    """Why a video failed, and whether encoding it again may help."""

    code: str
    message: str
    retryable: bool


class Cost(TypedDict):
    """What a video cost, in USD."""

    totalUsd: float
    storageUsdPerMonth: float | None


class Import(TypedDict):
    """A file that the platform fetches: bytes received, and of how many."""

    url: str
    received: int
    total: int | None


_Imported = TypedDict("_Imported", {"import": Import | None})


class Caption(TypedDict):
    """Subtitles of a video; `url` is their text as WebVTT."""

    id: str
    language: str | None
    label: str
    kind: Literal["subtitles", "captions", "forced"]
    isDefault: bool
    origin: Literal["source", "uploaded"]
    url: str


class Download(TypedDict):
    """A file to keep: `progress` in percent until it is ready; then where it is, and its size in bytes."""

    state: Literal["preparing", "ready"]
    progress: float
    filename: str
    bytes: int | None
    url: str | None
    expiresAt: str | None


class Video(_Imported):
    """A video; `progress` in percent, `duration` in seconds, `size` in bytes."""

    id: str
    status: Status
    waitsFor: str | None
    progress: float
    title: str
    tags: list[str]
    externalId: str | None
    metadata: dict[str, str]
    downloads: Literal["owner", "viewers"] | None
    profile: str
    filename: str
    size: int | None
    duration: float | None
    renditions: list[dict[str, object]]
    playback: Playback | None
    warnings: list[str]
    error: VideoError | None
    cost: Cost | None
    createdAt: str
    updatedAt: str


class Share(TypedDict):
    """A link for people without an account; `url` in the answer that made it alone."""

    id: str
    createdAt: str
    expiresAt: str
    sites: list[str]


class NewShare(Share):
    """A link that was made just now."""

    url: str


class Key(TypedDict):
    """An API key, without the key itself."""

    id: str
    name: str
    scopes: list[Scope]
    createdAt: str
    expiresAt: str | None
    lastUsedAt: str | None


class Webhook(TypedDict):
    """A webhook; `offSince` when it was switched off because it took nothing."""

    id: str
    url: str
    events: list[str]
    isOn: bool
    createdAt: str
    failingSince: str | None
    offSince: str | None


class Delivery(TypedDict):
    """An event on its way to a webhook, and the HTTP status of the last answer."""

    id: str
    event: str
    videoId: str
    createdAt: str
    state: Literal["pending", "delivered", "failed"]
    tries: int
    status: int | None


class Part(TypedDict):
    """A part to send with PUT."""

    partNumber: int
    url: str


class Arrived(TypedDict):
    """A part that has arrived; `size` in bytes."""

    partNumber: int
    etag: str
    size: int


class Upload(TypedDict, total=False):
    """Where to send a file: one PUT to `url` with `headers`, or `parts` of `partSize` bytes beside what `arrived`."""

    url: str
    headers: dict[str, str]
    partSize: int
    parts: list[Part]
    arrived: list[Arrived]
