"""Webhook: an event of a video, signed, to the address that the operator gave; what is not taken is sent again later.

Headers and signature are those of Standard Webhooks (standardwebhooks.com): HMAC-SHA256 of id, time and body.
"""

import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

import standardwebhooks

from vod import clock
from vod.ports.services import Post

logger = logging.getLogger(__name__)
DELAYS = (10, 60, 300, 1800, 3600, 7200, 14400, 28800)
"""Seconds until a message is sent again, after its first try and so on; as many tries as the queue gives it."""
_SPREAD = 0.2
_LONGEST_SECONDS = 12 * 3600


class Outcome(NamedTuple):
    """The HTTP status, None where nobody answered, and in how many seconds the next try is, None after the last one
    that was needed."""

    status: int | None
    again: int | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Everything the step needs; `secrets` answers those to sign with, several while they are exchanged."""

    post: Post
    secrets: Callable[[], tuple[str, ...]]
    now: Callable[[], datetime] = clock.now
    chance: Callable[[], float] = random.random

    def tell(self, body: str, tries: int) -> int | None:
        """Send an event, `tries` counting this one; None when it was taken, else the seconds until the next try."""
        return self.send(body, tries).again

    def send(self, body: str, tries: int) -> Outcome:
        """The same, and what was answered."""
        event = json.loads(body)
        said = {"videoId": event["videoId"], "event": event["event"], "try": tries}
        try:
            status = self.post.send(body.encode(), self._headers(event["id"], body))
        except OSError as failed:
            logger.warning("webhook: no answer: %s", type(failed).__name__, extra=said)
            return Outcome(None, self._pause(tries))
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            logger.info("webhook: accepted", extra=said)
            return Outcome(status, None)
        logger.warning("webhook: refused with %d", status, extra=said)
        return Outcome(status, self._pause(tries))

    def _headers(self, event_id: str, body: str) -> dict[str, str]:
        moment = self.now()
        signed = (standardwebhooks.Webhook(secret).sign(event_id, moment, body) for secret in self.secrets())
        return {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signed),
        }

    def _pause(self, tries: int) -> int:
        """A little more than the delay, so that what failed together does not come back together; none after the last.

        The queue then sends no more: it puts the message aside as soon as that shows again.
        """
        if tries > len(DELAYS):
            return 0
        delay = DELAYS[tries - 1]
        return min(_LONGEST_SECONDS, round(delay * (1 + _SPREAD * self.chance())))
