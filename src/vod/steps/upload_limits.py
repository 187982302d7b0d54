"""What may come in, from callers and from addresses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vod.errors import DailyLimitReached
from vod.money.limits import GIB, resets
from vod.ports.services import Ledger


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What may be uploaded how, in bytes, and how long a caller has to finish; by one owner in a day, 0 for any."""

    max_bytes: int
    single_put_bytes: int
    direct_bytes: int
    expiry: timedelta
    owner_bytes: int = 0


def count(ledger: Ledger, owner: str, size: int, limits: UploadLimits, now: datetime) -> None:
    """Count so many bytes for an owner's day; DailyLimitReached where they do not fit."""
    most = limits.owner_bytes
    if most and not ledger.add_upload(owner, size, most, now):
        raise DailyLimitReached(
            f"You can upload at most {most / GIB:g} GiB a day, and this file does not fit what is left. The limit "
            f"resets at {resets(now)}. Upload it then."
        )
