"""Webhook endpoints of owners; `vod.aws` keeps them on AWS, tests keep them in memory."""

from collections.abc import Callable
from typing import Protocol

from vod.access.endpoint import Delivery, Endpoint
from vod.ports.services import Post


class Endpoints(Protocol):
    """The endpoints of all owners."""

    def put(self, endpoint: Endpoint) -> None:
        """Store an endpoint, replacing the one of the same id."""

    def get(self, endpoint_id: str) -> Endpoint | None:
        """An endpoint; None when there is none."""

    def of(self, owner: str) -> tuple[Endpoint, ...]:
        """All endpoints of an owner, oldest first; a change shows after a moment."""

    def amend(self, endpoint_id: str, change: Callable[[Endpoint], Endpoint]) -> Endpoint | None:
        """Store an endpoint changed, where there still is one; the one that is stored now."""

    def remove(self, endpoint_id: str) -> None:
        """Remove an endpoint; fine when there is none."""


class EndpointSecrets(Protocol):
    """What signs the events of an endpoint."""

    def put(self, endpoint_id: str, secret: str) -> None:
        """Keep a secret in place of the one before."""

    def get(self, endpoint_id: str) -> str | None:
        """The secret; None when there is none."""

    def remove(self, endpoint_id: str) -> None:
        """Forget it; fine when there is none."""


class Deliveries(Protocol):
    """What was sent to endpoints, for 30 days."""

    def put(self, endpoint_id: str, delivery: Delivery) -> None:
        """Store a delivery, replacing the one of the same id."""

    def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """A delivery; None when there is none."""

    def latest(self, endpoint_id: str, most: int) -> tuple[Delivery, ...]:
        """The last ones of an endpoint, newest first."""


class Outbox(Protocol):
    """Deliveries that wait to be sent."""

    def send(self, endpoint_id: str, delivery_id: str) -> None:
        """Have a delivery sent."""


class Posting(Protocol):
    """Addresses that users name."""

    def to(self, url: str) -> Post:
        """One of them."""
