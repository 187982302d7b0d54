"""Limits: what one video may cost, and what an owner may have in a day (UTC); 0 for no limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from vod.errors import APPROVAL_REQUIRED, DAILY_LIMIT_REACHED, document
from vod.money.cost import MICRO

GIB = 2**30
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Need:
    """What a run will take, by its plan: millionths of a USD, how much of that for functions, seconds of video."""

    micro_usd: int
    seconds: int
    functions_micro_usd: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one video may cost without an admin's approval, and what an owner's runs of a day may come to."""

    video_micro_usd: int = 0
    owner_micro_usd: int = 0
    owner_seconds: int = 0

    @property
    def of_owner(self) -> bool:
        """Whether anything of an owner's is limited."""
        return bool(self.owner_micro_usd or self.owner_seconds)

    @property
    def owner_day(self) -> str:
        """An owner's limits in words."""
        hours, usd = self.owner_seconds / _HOUR, self.owner_micro_usd / MICRO
        told = ((hours, f"{hours:g} hours of video"), (usd, f"{usd:g} USD"))
        return ", ".join(text for limit, text in told if limit)


class Admitted(Enum):
    """Whether a run may start its tasks, or what there was too little of."""

    YES = "yes"
    NO_MONEY = "budget"
    NO_SHARE = "owner's day"


def needs_approval(need: Need, limits: Limits) -> dict[str, str] | None:
    """The error of a run that only an admin can let go: its video is too dear, or alone above its owner's day."""
    if 0 < limits.video_micro_usd < need.micro_usd:
        above = f"a video may cost without approval ({limits.video_micro_usd / MICRO:g} USD)"
    elif 0 < limits.owner_micro_usd < need.micro_usd or 0 < limits.owner_seconds < need.seconds:
        above = f"you may encode in a whole day ({limits.owner_day})"
    else:
        return None
    return document(
        APPROVAL_REQUIRED,
        f"This video ({need.seconds / _HOUR:.1f} hours, about {need.micro_usd / MICRO:.2f} USD to encode) is more than "
        f"{above}. Ask an administrator to choose Encode again (POST /videos/{{id}}/retry), which approves it. The "
        "source is kept.",
    )


def day_is_over(limits: Limits, now: datetime) -> dict[str, str]:
    """The error of a run that does not fit what its owner has left of a day."""
    return document(
        DAILY_LIMIT_REACHED,
        f"This video does not fit what is left of your daily limit ({limits.owner_day}). The limit resets at "
        f"{resets(now)}. Encode the video again then; the source is kept.",
    )


def resets(now: datetime) -> str:
    """When the day of a moment (UTC) is over, for a sentence."""
    return f"{now.date() + timedelta(days=1)} 00:00 UTC"
