"""What callers may send, validated before any step sees it."""

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from vod import keys
from vod.access import api_key, endpoint, share
from vod.access.scopes import Scope
from vod.access.sites import is_site
from vod.errors import NotFound
from vod.media.text import unprintable
from vod.profiles.profile import DEFAULT, ProfileName


def _shown(text: str) -> str:
    if found := unprintable(text):
        raise PydanticCustomError("unprintable", "Remove the character {found}: it cannot be shown.", {"found": found})
    return text


def _on_one_line(text: object) -> object:
    """Pasted text has tabs and line breaks."""
    return re.sub(r"[\t-\r\x85\u2028\u2029]+", " ", text) if isinstance(text, str) else text


def _moment(text: object) -> object:
    """Numbers are no ISO 8601, though a library takes them for seconds."""
    if not (isinstance(text, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text)):
        raise PydanticCustomError("moment", "Write a moment such as 2026-01-02T00:00:00Z.")
    return text


def _video_id(text: str) -> str:
    if not keys.is_video_id(text):
        raise NotFound
    return text


def _share_id(text: str) -> str:
    if not share.is_id(text):
        raise NotFound("share", "List them with GET /videos/{id}/shares.")
    return text


def _key_id(text: str) -> str:
    if not api_key.is_id(text):
        raise NotFound("API key", "List yours with GET /keys.")
    return text


def _webhook_id(text: str) -> str:
    if not endpoint.is_id(text):
        raise NotFound("webhook", "List yours with GET /webhooks.")
    return text


def _caption_id(text: str) -> str:
    if not re.fullmatch(r"[a-z][0-9a-f]{1,8}", text):
        raise NotFound("subtitle track", "List them with GET /videos/{id}/captions.")
    return text


def _delivery_id(text: str) -> str:
    if not endpoint.is_delivery_id(text):
        raise NotFound("delivery", "List them with GET /webhooks/{id}/deliveries.")
    return text


IDEMPOTENCY_KEY = "^[!-~]{1,255}$"
Shown = AfterValidator(_shown)
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), Shown]
Title = Annotated[
    str, BeforeValidator(_on_one_line), StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Shown
]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$", max_length=35)]
Label = Annotated[
    str, BeforeValidator(_on_one_line), StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Shown
]
CaptionKind = Literal["subtitles", "captions", "forced"]
ExternalId = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255), Shown]
MetadataName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]{1,64}$")]
Metadata = Annotated[dict[MetadataName, Annotated[str, StringConstraints(max_length=500), Shown]], Field(max_length=20)]
Pair = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]{1,64}:", max_length=565)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Filename = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), Shown]
ContentType = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-zA-Z0-9_.+-]+/[a-zA-Z0-9_.+-]+$")]
ETag = Annotated[str, StringConstraints(max_length=128, pattern=r'^"?[a-zA-Z0-9_.+/=-]+"?$')]
Token = Annotated[str, StringConstraints(max_length=100)]
PathName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]
ManifestName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-zA-Z0-9_-]+\.(m3u8|mpd|vtt)$")]
# Not by their pattern: another id names nothing, which is 404 and no fault of the request's form.
VideoId = Annotated[str, AfterValidator(_video_id), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{20}$"})]
ShareId = Annotated[str, AfterValidator(_share_id), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})]
WebhookId = Annotated[str, AfterValidator(_webhook_id), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{16}$"})]
DeliveryId = Annotated[
    str, AfterValidator(_delivery_id), WithJsonSchema({"type": "string", "pattern": "^[0-9]{13}-[0-9a-f]{12}$"})
]
CaptionId = Annotated[
    str, AfterValidator(_caption_id), WithJsonSchema({"type": "string", "pattern": "^[a-z][0-9a-f]{1,8}$"})
]
KeyId = Annotated[str, AfterValidator(_key_id), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{16}$"})]


def _site(text: str) -> str:
    if not is_site(text):
        raise PydanticCustomError("site", "Write an origin, such as https://example.com or https://*.example.com.")
    return text


Site = Annotated[str, StringConstraints(max_length=200), AfterValidator(_site)]


class Body(BaseModel):
    """A JSON request body; unknown fields are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class NewVideoBody(Body):
    """`POST /videos`: the file to come, `size` in bytes."""

    filename: Filename
    size: Annotated[int, Field(gt=0, strict=True)]
    content_type: Annotated[ContentType | None, Field(alias="contentType")] = None
    title: Title | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] = Field(default_factory=list)
    external_id: Annotated[ExternalId | None, Field(alias="externalId", min_length=1)] = None
    metadata: Metadata = Field(default_factory=dict)
    profile: ProfileName = DEFAULT


class ImportBody(Body):
    """`POST /videos`: a file that the platform fetches itself, from a public https address or a bucket it may read."""

    url: Annotated[str, Field(min_length=1, max_length=2000, description="https://... or s3://BUCKET/KEY")]
    filename: Filename | None = None
    title: Title | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] = Field(default_factory=list)
    external_id: Annotated[ExternalId | None, Field(alias="externalId", min_length=1)] = None
    metadata: Metadata = Field(default_factory=dict)
    profile: ProfileName = DEFAULT


class PartBody(Body):
    """One part that the client uploaded, with the ETag that S3 answered."""

    part_number: Annotated[int, Field(alias="partNumber", ge=1, le=10_000)]
    etag: ETag


class CompleteBody(Body):
    """`POST /videos/{id}/upload/complete`: every part of the upload."""

    parts: Annotated[list[PartBody], Field(min_length=1, max_length=10_000)]


class ChangeBody(Body):
    """`PATCH /videos/{id}`: what is absent stays as it is."""

    title: Title | None = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    external_id: Annotated[ExternalId | None, Field(alias="externalId", description="Empty to remove it")] = None
    metadata: Annotated[Metadata | None, Field(description="Replaces all that was there")] = None
    downloads: Annotated[
        Literal["owner", "viewers", "default"] | None,
        Field(description="Who may download it; `default`: as `ViewersMayDownload` says"),
    ] = None


class ShareBody(Body):
    """`POST /videos/{id}/shares`: how long the link works, and on whose sites; on all when none is named."""

    expires_in_hours: Annotated[int, Field(alias="expiresInHours", ge=1, le=720)] = 168
    sites: Annotated[list[Site], Field(max_length=20)] = Field(default_factory=list)


class SessionBody(Body):
    """`POST /session`: the code that the sign-in page sent, and the PKCE verifier of whoever asked for it."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    verifier: Annotated[str, StringConstraints(pattern=r"^[\w.~-]{43,128}$")]


class RetryBody(Body):
    """`POST /videos/{id}/retry`: the rendition of a ready video to encode again; without it the whole video."""

    rendition: Annotated[str | None, StringConstraints(max_length=64)] = None


class KeyBody(Body):
    """`POST /keys`: what the key may do, and for how many days; until it is revoked when no number is given."""

    name: Annotated[
        str,
        BeforeValidator(_on_one_line),
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
        Shown,
    ]
    scopes: Annotated[list[Literal[Scope.READ, Scope.UPLOAD, Scope.MANAGE]], Field(min_length=1, max_length=3)]
    expires_in_days: Annotated[int | None, Field(alias="expiresInDays", ge=1, le=3650)] = None


EventName = Literal["VideoReady", "VideoFailed", "RenditionFailed"]
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class WebhookBody(Body):
    """`POST /webhooks`: a public https address, and the events that it is told of."""

    url: Address
    events: Annotated[list[EventName], Field(min_length=1, max_length=3)] = Field(default=["VideoReady", "VideoFailed"])


class WebhookChangeBody(Body):
    """`PATCH /webhooks/{id}`: what is absent stays as it is."""

    url: Address | None = None
    events: Annotated[list[EventName] | None, Field(min_length=1, max_length=3)] = None
    is_on: Annotated[bool | None, Field(alias="isOn", description="Switching on forgets that it failed")] = None


class CaptionBody(Body):
    """`PATCH /videos/{id}/captions/{captionId}`: what is absent stays as it is."""

    language: Annotated[Language | None, Field(description="BCP 47, such as de or pt-BR")] = None
    label: Label | None = None
    kind: CaptionKind | None = None
    is_default: Annotated[bool | None, Field(alias="isDefault", description="Shown without being chosen")] = None
    shift_seconds: Annotated[
        float, Field(alias="shiftSeconds", ge=-86400, le=86400, description="Shown so much later; negative: earlier")
    ] = 0
