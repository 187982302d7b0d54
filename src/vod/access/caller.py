"""Who calls the API, as the authorizer tells it to every function."""

from collections.abc import Mapping
from dataclasses import dataclass

from vod.access import scopes
from vod.access.scopes import Scope
from vod.errors import Forbidden, NotFound, TokenExpired
from vod.record.status import Status
from vod.record.video import Video

ADMIN_GROUP = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """A user or a program of theirs; an admin sees every video, others their own.

    `key` is the id of the API key that was shown, empty without one. `upload_of` is the one video whose upload is all
    that an upload token opens, empty without one.
    """

    id: str
    is_admin: bool = False
    scopes: frozenset[Scope] = scopes.ALL
    key: str = ""
    upload_of: str = ""

    def owns(self, owner: str) -> bool:
        """Whether what belongs to an owner is this caller's to see and change."""
        return self.is_admin or owner == self.id

    def allowed(self, video: Video | None) -> Video:
        """The video if this caller may see it; NotFound otherwise, so that ids of others tell nothing."""
        if video is None or video.status is Status.DELETING or not self.owns(video.owner):
            raise NotFound
        return video

    def require(self, method: str, path: str) -> None:
        """Forbidden unless this caller may make such a request; `path` is the one below the API's base address."""
        if self.upload_of:
            if not scopes.of_upload(self.upload_of, path):
                raise Forbidden("This upload token sends the file of one video and opens nothing else.")
        elif (needed := scopes.needed(method, path)) not in self.scopes:
            if needed is Scope.ACCOUNT:
                raise Forbidden("API keys cannot do this: sign in, and send your id token.")
            raise Forbidden(f"This API key does not have the scope {needed}. Make one that has it.")


def told(caller: Caller, until: int) -> dict[str, str]:
    """A caller as the authorizer passes it on, good until a time in Unix seconds (0: for ever)."""
    return {
        "owner": caller.id,
        "isAdmin": str(caller.is_admin).lower(),
        "scopes": " ".join(sorted(caller.scopes)),
        "key": caller.key,
        "uploadOf": caller.upload_of,
        "until": str(until),
    }


def from_authorizer(context: Mapping[str, str], now: float) -> Caller:
    """The caller that the authorizer told; it may have been asked a minute ago, so TokenExpired when it is over now.

    KeyError for a context that is not from our authorizer.
    """
    if (until := int(context["until"])) and until <= now:
        raise TokenExpired(bool(context["key"]))
    return Caller(
        id=context["owner"],
        is_admin=context["isAdmin"] == "true",
        scopes=frozenset(Scope(name) for name in context["scopes"].split()),
        key=context["key"],
        upload_of=context["uploadOf"],
    )
