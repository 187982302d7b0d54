"""Post: one delivery is sent to its endpoint, noted, and sent again later where it was not taken."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock
from vod.access.endpoint import PATIENCE, Endpoint
from vod.ports.endpoints import Deliveries, Endpoints, EndpointSecrets, Posting
from vod.steps.webhook import DELAYS, Webhook

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """Everything the step needs."""

    endpoints: Endpoints
    secrets: EndpointSecrets
    deliveries: Deliveries
    posting: Posting
    now: Callable[[], datetime] = clock.now

    def send(self, endpoint_id: str, delivery_id: str, tries: int) -> int | None:
        """Send a delivery, `tries` counting this one; in how many seconds to try again, None when there is nothing
        more to do."""
        found, delivery = self.endpoints.get(endpoint_id), self.deliveries.get(endpoint_id, delivery_id)
        secret = self.secrets.get(endpoint_id) if found and delivery else None
        if found is None or delivery is None or secret is None or delivery.state == "delivered":
            return None
        if not found.is_on:
            self.deliveries.put(endpoint_id, replace(delivery, state="failed"))
            return None
        outcome = Webhook(self.posting.to(found.url), lambda: (secret,), self.now).send(delivery.body, tries)
        is_over = outcome.again is not None and tries > len(DELAYS)
        state = "delivered" if outcome.again is None else "failed" if is_over else "pending"
        self.deliveries.put(endpoint_id, replace(delivery, state=state, tries=tries, status=outcome.status))
        self._note(found, state)
        return None if is_over else outcome.again

    def _note(self, found: Endpoint, state: str) -> None:
        """An endpoint that takes nothing for days is switched off once a delivery was sent for the last time in vain;
        its owner sees since when."""
        is_taken = state == "delivered"
        if is_taken and not found.failing_since:
            return
        now = self.now()

        def noted(fresh: Endpoint) -> Endpoint:
            if is_taken:
                return replace(fresh, failing_since=None)
            since = fresh.failing_since or clock.stamp(now)
            if fresh.is_on and state == "failed" and clock.parse(since) + PATIENCE <= now:
                logger.warning("the webhook %s is switched off", fresh.id)
                return replace(fresh, failing_since=since, is_on=False, off_since=clock.stamp(now))
            return replace(fresh, failing_since=since)

        self.endpoints.amend(found.id, noted)
