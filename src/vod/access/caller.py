"""Who calls the API, from the claims of a verified token."""

import base64
import json
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


def from_claims(claims: Mapping[str, Any], authorization: str = "") -> Caller:
    """The caller of a Cognito token's claims, and the header with the token, which API Gateway has verified.

    API Gateway gives groups as a text with commas, which a group's name may hold as well; the token has them as a list.
    """
    told = claims.get("cognito:groups") or ""
    names = told if isinstance(told, list) else _listed(authorization)
    if names is None:
        names = told.strip("[]").replace(" ", ",").split(",")
    return Caller(id=str(claims["sub"]), is_admin=ADMIN_GROUP in names)


def _listed(authorization: str) -> list[str] | None:
    """The groups in a token's payload (RFC 7519), None without one."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if len(parts) != 3:
        return None
    payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    return list(payload.get("cognito:groups") or [])
