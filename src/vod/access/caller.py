"""Who calls the API, from the claims of a verified token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vod.errors import NotFound
from vod.record.status import Status
from vod.record.video import Video

ADMIN_GROUP = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """A user or machine client; an admin sees every video, others their own."""

    id: str
    is_admin: bool = False

    def owns(self, owner: str) -> bool:
        """Whether what belongs to an owner is this caller's to see and change."""
        return self.is_admin or owner == self.id

    def allowed(self, video: Video | None) -> Video:
        """The video if this caller may see it; NotFound otherwise, so that ids of others tell nothing."""
        if video is None or video.status is Status.DELETING or not self.owns(video.owner):
            raise NotFound
        return video


def from_claims(claims: Mapping[str, Any]) -> Caller:
    """The caller of a Cognito token's claims; API Gateway gives groups as a list or a comma separated text."""
    groups = claims.get("cognito:groups") or ""
    names = groups if isinstance(groups, list) else groups.strip("[]").replace(" ", ",").split(",")
    return Caller(id=str(claims["sub"]), is_admin=ADMIN_GROUP in names)
