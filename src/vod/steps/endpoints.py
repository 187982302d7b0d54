"""Webhook endpoints, made and kept by owners of videos, and the log of what was sent to them."""

import base64
import secrets as random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock
from vod.access import endpoint
from vod.access.caller import Caller
from vod.access.endpoint import Delivery, Endpoint
from vod.access.public_address import target
from vod.errors import Conflict, NotFound
from vod.frozen import Document
from vod.ports.endpoints import Deliveries, Endpoints, EndpointSecrets, Outbox

MOST, SHOWN = 20, 100
"""Endpoints of one owner, and deliveries in a list."""
_SECRET_BYTES = 36


@dataclass(frozen=True, slots=True)
class Subscribing:
    """Everything the step needs; `loopback`: addresses of this machine are fine too."""

    endpoints: Endpoints
    secrets: EndpointSecrets
    deliveries: Deliveries
    outbox: Outbox
    loopback: bool = False
    now: Callable[[], datetime] = clock.now

    def create(self, caller: Caller, url: str, events: tuple[str, ...]) -> tuple[Document, str]:
        """A new endpoint, and the secret with which its events are signed, shown this once."""
        target(url, loopback=self.loopback)
        if len(self.endpoints.of(caller.id)) >= MOST:
            raise Conflict("too_many_webhooks", f"You have {MOST} webhooks already. Delete one first.")
        made = Endpoint(endpoint.new_id(), caller.id, url, tuple(sorted(set(events))), clock.stamp(self.now()))
        secret = self._new_secret(made.id)
        self.endpoints.put(made)
        return _shown(made), secret

    def listed(self, caller: Caller) -> list[Document]:
        """A caller's endpoints, oldest first."""
        return [_shown(found) for found in self.endpoints.of(caller.id)]

    def change(
        self, caller: Caller, endpoint_id: str, url: str | None, events: tuple[str, ...] | None, is_on: bool | None
    ) -> Document:
        """Change what is given; switching on forgets that it failed."""
        self._own(caller, endpoint_id)
        if url is not None:
            target(url, loopback=self.loopback)

        def changed(fresh: Endpoint) -> Endpoint:
            forgiven = replace(fresh, failing_since=None, off_since=None) if is_on else fresh
            return replace(
                forgiven,
                url=fresh.url if url is None else url,
                events=fresh.events if events is None else tuple(sorted(set(events))),
                is_on=fresh.is_on if is_on is None else is_on,
            )

        if stored := self.endpoints.amend(endpoint_id, changed):
            return _shown(stored)
        raise _unknown()

    def renew(self, caller: Caller, endpoint_id: str) -> str:
        """Another secret, shown this once; what is sent from now on is signed with it."""
        return self._new_secret(self._own(caller, endpoint_id).id)

    def remove(self, caller: Caller, endpoint_id: str) -> None:
        """End an endpoint; fine when it is gone."""
        found = self.endpoints.get(endpoint_id)
        if found and found.owner != caller.id:
            raise _unknown()
        self.endpoints.remove(endpoint_id)
        self.secrets.remove(endpoint_id)

    def log(self, caller: Caller, endpoint_id: str) -> list[Document]:
        """What was sent to an endpoint, newest first."""
        self._own(caller, endpoint_id)
        return [_logged(found) for found in self.deliveries.latest(endpoint_id, SHOWN)]

    def again(self, caller: Caller, endpoint_id: str, delivery_id: str) -> Document:
        """Send an event again, however often it was sent before."""
        self._own(caller, endpoint_id)
        found = self.deliveries.get(endpoint_id, delivery_id)
        if found is None:
            raise NotFound("delivery", f"List them with GET /webhooks/{endpoint_id}/deliveries.")
        anew = replace(found, state="pending", tries=0)
        self.deliveries.put(endpoint_id, anew)
        self.outbox.send(endpoint_id, delivery_id)
        return _logged(anew)

    def _own(self, caller: Caller, endpoint_id: str) -> Endpoint:
        found = self.endpoints.get(endpoint_id)
        if found is None or found.owner != caller.id:
            raise _unknown()
        return found

    def _new_secret(self, endpoint_id: str) -> str:
        secret = base64.b64encode(random.token_bytes(_SECRET_BYTES)).decode()
        self.secrets.put(endpoint_id, secret)
        return f"whsec_{secret}"


def _unknown() -> NotFound:
    return NotFound("webhook", "List yours with GET /webhooks.")


def _shown(found: Endpoint) -> Document:
    return {
        "id": found.id,
        "url": found.url,
        "events": list(found.events),
        "isOn": found.is_on,
        "createdAt": found.created_at,
        "failingSince": found.failing_since,
        "offSince": found.off_since,
    }


def _logged(found: Delivery) -> Document:
    return {
        "id": found.id,
        "event": found.event,
        "videoId": found.video_id,
        "createdAt": found.created_at,
        "state": found.state,
        "tries": found.tries,
        "status": found.status,
    }
