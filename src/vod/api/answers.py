"""What the API answers, for its OpenAPI document alone: no function loads this, and a test compares real answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from vod.api.answered_account import (
    Deliveries,
    DeliveryAnswer,
    Keys,
    NewKey,
    NewSecret,
    NewWebhook,
    WebhookAnswer,
    Webhooks,
)
from vod.api.answered_video import Answer, Bytes, CaptionAnswer, Captions, DownloadAnswer, Offered, Playback, Usd, Video


class Code(StrEnum):
    """Of an answer that refuses."""

    INVALID_REQUEST = "invalid_request"
    UNAUTHORIZED = "unauthorized"
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - no password
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - no password
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    INTERNAL = "internal"
    TOO_LARGE = "too_large"
    BODY_TOO_LARGE = "body_too_large"
    SIZE_MISMATCH = "size_mismatch"
    DAILY_LIMIT_REACHED = "daily_limit_reached"
    SIGN_IN_UNAVAILABLE = "sign_in_unavailable"
    WRONG_STATUS = "wrong_status"
    WRONG_PARTS = "wrong_parts"
    NOT_MULTIPART = "not_multipart"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    PRECONDITION_FAILED = "precondition_failed"
    BUSY = "busy"
    VERSION_CONFLICT = "version_conflict"
    SOURCE_MISSING = "source_missing"
    TOO_MANY_SHARES = "too_many_shares"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    TOO_MANY_IMPORTS = "too_many_imports"
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    TOO_MANY_KEYS = "too_many_keys"
    DOWNLOAD_FAILED = "download_failed"
    TOO_MANY_CAPTIONS = "too_many_captions"
    BAD_REQUEST = "bad_request"
    RATE_LIMITED = "rate_limited"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"


class Error(Answer):
    """Why a request is refused: a stable code, a sentence that says what to do, and the request's id for support."""

    code: Code
    message: str
    request_id: str


class Part(Answer):
    """One part to send with PUT."""

    part_number: int
    url: str


class ArrivedPart(Answer):
    """One part that arrived; `size` in bytes."""

    part_number: int
    etag: str
    size: Bytes


class SinglePut(Answer):
    """Where to send the whole file, with all these headers."""

    method: Literal["PUT"]
    url: str
    headers: dict[str, str]
    expires_at: Annotated[datetime, Field(description="The URL works until then at the latest")]
    finish_by: Annotated[datetime, Field(description="Latest time to finish the upload; asking again extends it")]


class InParts(Answer):
    """Where to send the parts that are missing, each of `partSize` bytes except the last, and those that arrived."""

    upload_id: str
    part_size: Bytes
    parts: list[Part]
    arrived: list[ArrivedPart]
    expires_at: Annotated[datetime, Field(description="The URLs work until then at the latest")]
    finish_by: Annotated[datetime, Field(description="Latest time to finish the upload; asking again extends it")]


class Estimate(Answer):
    """What encoding will cost: the likely sum, for the kind of source that it `assumes`, and how far off it may be."""

    usd: Usd
    assumes: str
    least_usd: Usd
    most_usd: Usd


class Created(Answer):
    """A new video, and where to upload its file; without `upload` where the request had its bytes, or they arrived.

    An import has neither that nor an `estimate`: its size is not known yet."""

    video: Video
    upload: SinglePut | InParts | None = None
    estimate: Estimate | None = None


class Remaining(Answer):
    """A video whose upload is not finished, and where to send the rest."""

    video: Video
    upload: SinglePut | InParts


class VideoAnswer(Answer):
    """A video."""

    video: Video


class Page(Answer):
    """Videos, newest first, and the cursor of the next page; null at the end."""

    videos: list[Video]
    cursor: str | None


class Removed(Answer):
    """How much of a video was removed."""

    source_versions: int
    partial_uploads: int
    output_objects: int
    executions: int
    scratch_files: int


class Receipt(Answer):
    """A deletion, kept for 90 days; `completedAt` null while it goes on."""

    id: str
    asked_at: datetime
    completed_at: datetime | None
    removed: Removed
    invalidation: str | None


class Deletion(Answer):
    """The receipt of a deletion."""

    deletion: Receipt


class Opened(Answer):
    """What opens a video until `expiresAt`: addresses that need the cookies of this answer, and signed ones."""

    playback: Playback
    signed: Playback
    expires_at: datetime


class SharedVideo(Answer):
    """All that people without an account know of a video; `duration` in seconds."""

    id: str
    title: str
    duration: float | None


class OpenedToStrangers(Opened):
    """The same for people without an account, and the sites on which it may be shown; none for all."""

    video: SharedVideo
    sites: list[str]
    downloads: Annotated[list[Offered], Field(description="Renditions that may be downloaded; none where not allowed")]


class Share(Answer):
    """A link for people without an account, good on these sites; on all when there are none."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    created_at: datetime
    expires_at: datetime
    sites: list[str]


class NewShare(Share):
    """A new link; its address is in this answer only."""

    url: str


class ShareAnswer(Answer):
    """A new link."""

    share: NewShare


class Shares(Answer):
    """The links that are valid, oldest first."""

    shares: list[Share]


class NewUploadToken(Answer):
    """A token with which somebody without an account sends the file."""

    token: str
    expires_at: datetime


class Token(Answer):
    """An id token of the page's session."""

    id_token: str


ANSWERS: dict[tuple[str, str], dict[int, type[Answer] | str]] = {
    ("get", "/videos"): {200: Page},
    ("post", "/videos"): {201: Created},
    ("get", "/videos/{video_id}"): {200: VideoAnswer},
    ("patch", "/videos/{video_id}"): {200: VideoAnswer},
    ("delete", "/videos/{video_id}"): {200: Deletion, 202: Deletion},
    ("get", "/videos/{video_id}/upload"): {200: Remaining},
    ("delete", "/videos/{video_id}/upload"): {204: "The upload and its video are deleted"},
    ("post", "/videos/{video_id}/upload/complete"): {200: VideoAnswer},
    ("post", "/videos/{video_id}/upload/token"): {201: NewUploadToken},
    ("post", "/videos/{video_id}/cancel"): {200: VideoAnswer},
    ("post", "/videos/{video_id}/retry"): {202: VideoAnswer},
    ("get", "/videos/{video_id}/playback"): {200: Opened},
    ("get", "/public/{video_id}/playback"): {200: OpenedToStrangers},
    ("get", "/shares/{token}/playback"): {200: OpenedToStrangers},
    ("get", "/videos/{video_id}/download"): {200: DownloadAnswer, 202: DownloadAnswer},
    ("get", "/public/{video_id}/download"): {200: DownloadAnswer, 202: DownloadAnswer},
    ("get", "/shares/{token}/download"): {200: DownloadAnswer, 202: DownloadAnswer},
    ("get", "/videos/{video_id}/original"): {200: DownloadAnswer},
    ("get", "/videos/{video_id}/captions"): {200: Captions},
    ("post", "/videos/{video_id}/captions"): {201: CaptionAnswer},
    ("put", "/videos/{video_id}/captions/{caption_id}"): {200: CaptionAnswer},
    ("patch", "/videos/{video_id}/captions/{caption_id}"): {200: CaptionAnswer},
    ("delete", "/videos/{video_id}/captions/{caption_id}"): {204: "The subtitles are gone"},
    ("get", "/videos/{video_id}/shares"): {200: Shares},
    ("post", "/videos/{video_id}/shares"): {201: ShareAnswer},
    ("delete", "/videos/{video_id}/shares/{share_id}"): {204: "The link is revoked"},
    ("get", "/keys"): {200: Keys},
    ("post", "/keys"): {201: NewKey},
    ("delete", "/keys/{key_id}"): {204: "The key is revoked"},
    ("get", "/webhooks"): {200: Webhooks},
    ("post", "/webhooks"): {201: NewWebhook},
    ("patch", "/webhooks/{webhook_id}"): {200: WebhookAnswer},
    ("delete", "/webhooks/{webhook_id}"): {204: "The webhook is gone"},
    ("post", "/webhooks/{webhook_id}/secret"): {201: NewSecret},
    ("get", "/webhooks/{webhook_id}/deliveries"): {200: Deliveries},
    ("post", "/webhooks/{webhook_id}/deliveries/{delivery_id}/retry"): {202: DeliveryAnswer},
    ("post", "/session"): {200: Token},
    ("post", "/session/token"): {200: Token},
    ("delete", "/session"): {204: "Signed out"},
}
"""By method and path: the status and content of each good answer, or what an empty one means. Manifests are no JSON."""
