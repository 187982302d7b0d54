"""How often an API key may be used, told in the headers that clients know how to read.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock
from vod.ports.identities import RequestRates

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests in a minute of the clock."""

    counts: RequestRates
    per_minute: int
    now: Callable[[], datetime] = clock.now

    def headers(self, key: str) -> tuple[bool, dict[str, str]]:
        """Whether one more request of a key is too many, and what its answer says of the rest of the minute."""
        now = self.now()
        count = self.counts.count(key, now)
        left, ends = max(0, self.per_minute - count), MINUTE - int(now.timestamp()) % MINUTE
        told = {"RateLimit-Policy": f'"key";q={self.per_minute};w={MINUTE}', "RateLimit": f'"key";r={left};t={ends}'}
        if count > self.per_minute:
            return True, told | {"Retry-After": str(ends)}
        return False, told
