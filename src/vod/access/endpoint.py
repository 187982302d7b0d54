"""A webhook endpoint: an address of an owner's that is told of events of the owner's videos."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE = timedelta(days=3)
"""An endpoint that takes nothing for so long is switched off when the next delivery has failed for good."""
_ID = re.compile(r"[0-9a-f]{16}")
_DELIVERY = re.compile(r"\d{13}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is stored of an endpoint. Times are ISO 8601 (UTC); `failing_since` is None while it takes what comes.

    `off_since` is when it was switched off by itself; who switches it off has `is_on` False alone.
    """

    id: str
    owner: str
    url: str
    events: tuple[str, ...]
    created_at: str
    is_on: bool = True
    failing_since: str | None = None
    off_since: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint: how often it was sent, and what the last answer was (None: none).

    `id` sorts by time. `state` is `pending`, `delivered` or `failed`; `body` is what is sent.
    """

    id: str
    event: str
    video_id: str
    body: str
    created_at: str
    state: str = "pending"
    tries: int = 0
    status: int | None = None


def new_id() -> str:
    """The id of a new endpoint."""
    return secrets.token_hex(8)


def is_id(text: str) -> bool:
    """Whether a text can be an endpoint's id."""
    return _ID.fullmatch(text) is not None


def new_delivery_id(moment: datetime) -> str:
    """An id that sorts by time."""
    return f"{int(moment.timestamp() * 1000):013d}-{secrets.token_hex(6)}"


def is_delivery_id(text: str) -> bool:
    """Whether a text can be a delivery's id."""
    return _DELIVERY.fullmatch(text) is not None
