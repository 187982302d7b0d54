"""API keys and webhooks as the API answers them, for its OpenAPI document alone (vod.api.answers)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from vod.access.scopes import Scope
from vod.api.answered_video import Answer
from vod.api.shapes import EventName


class Key(Answer):
    """An API key; `lastUsedAt` is right to ten minutes, and null before the first use."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    name: str
    scopes: list[Literal[Scope.READ, Scope.UPLOAD, Scope.MANAGE]]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKey(Answer):
    """A new API key; `secret`, the key itself, is in this answer only."""

    key: Key
    secret: str


class Keys(Answer):
    """A caller's API keys, oldest first."""

    keys: list[Key]


class Webhook(Answer):
    """A webhook; `failingSince` while it takes nothing, `offSince` when it was switched off for that."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    url: str
    events: list[EventName]
    is_on: bool
    created_at: datetime
    failing_since: datetime | None
    off_since: datetime | None


class NewWebhook(Answer):
    """A new webhook; the `secret` is in this answer only."""

    webhook: Webhook
    secret: str


class WebhookAnswer(Answer):
    """A webhook."""

    webhook: Webhook


class Webhooks(Answer):
    """A caller's webhooks, oldest first."""

    webhooks: list[Webhook]


class NewSecret(Answer):
    """A webhook's new secret; it is in this answer only."""

    secret: str


class Delivery(Answer):
    """An event on its way to a webhook; `status` is that of the last answer, null where none came."""

    id: str
    event: EventName
    video_id: str
    created_at: datetime
    state: Literal["pending", "delivered", "failed"]
    tries: int
    status: int | None


class DeliveryAnswer(Answer):
    """A delivery."""

    delivery: Delivery


class Deliveries(Answer):
    """What was sent to a webhook, newest first."""

    deliveries: list[Delivery]
