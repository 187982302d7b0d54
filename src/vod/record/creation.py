"""What a caller asked to create under a key of their own, so that the same request again creates nothing more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Creation:
    """The video of a key, and a digest of the request that named it first."""

    video_id: str
    request: str
