"""Customers' own ids of videos: each is one video of an owner's, whoever dies on the way."""

from vod.errors import Conflict
from vod.ports.finding import ExternalIds
from vod.ports.services import Videos
from vod.record.status import Status


def claim(ids: ExternalIds, videos: Videos, owner: str, external_id: str, video_id: str) -> None:
    """File an id for a video before its record names it; Conflict where another video has it.

    Who filed it and died before the record was written holds it for a minute, and no longer.
    """
    holder = ids.claim(owner, external_id, video_id)
    if holder == video_id:
        return
    other = videos.get(holder)
    is_held = other and other.external_id == external_id and other.status is not Status.DELETING
    if is_held or not ids.take(owner, external_id, video_id, holder):
        raise Conflict(
            "external_id_taken", f"The video {holder} has this externalId. Use another, or change that video's first."
        )
