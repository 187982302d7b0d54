"""A video's status and the only table of allowed transitions."""

from enum import StrEnum

from vod.errors import Conflict


class Status(StrEnum):
    """Where a video stands between upload and deletion."""

    AWAITING_UPLOAD = "awaiting_upload"
    QUEUED = "queued"
    TRANSCODING = "transcoding"
    PLAYABLE = "playable"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETING = "deleting"

    @property
    def is_encoding(self) -> bool:
        """True while encoders may work on the video."""
        return self in (Status.QUEUED, Status.TRANSCODING, Status.PLAYABLE)

    @property
    def is_pending(self) -> bool:
        """True while something still has to happen to the video by itself."""
        return self.is_encoding or self in (Status.AWAITING_UPLOAD, Status.DELETING)


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.AWAITING_UPLOAD: frozenset({Status.QUEUED, Status.FAILED, Status.DELETING}),
    Status.QUEUED: frozenset({Status.TRANSCODING, Status.FAILED, Status.CANCELLED, Status.DELETING}),
    Status.TRANSCODING: frozenset({Status.PLAYABLE, Status.READY, Status.FAILED, Status.CANCELLED, Status.DELETING}),
    Status.PLAYABLE: frozenset({Status.READY, Status.FAILED, Status.CANCELLED, Status.DELETING}),
    Status.READY: frozenset({Status.DELETING}),
    Status.FAILED: frozenset({Status.QUEUED, Status.DELETING}),
    Status.CANCELLED: frozenset({Status.QUEUED, Status.DELETING}),
    Status.DELETING: frozenset(),
}


def check(before: Status, after: Status) -> None:
    """Conflict when a video may not go from `before` to `after`."""
    if after not in TRANSITIONS[before]:
        raise Conflict("wrong_status", f"A video that is {before} cannot become {after}.")
