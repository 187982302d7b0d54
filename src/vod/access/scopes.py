"""What a caller may do, and what each route asks for: one table, so that no route is forgotten."""

import re
from enum import StrEnum


class Scope(StrEnum):
    """The parts of the API. API keys have the ones that they were made with, users have all."""

    READ = "read"
    UPLOAD = "upload"
    MANAGE = "manage"
    ACCOUNT = "account"
    """A person's own matters, such as their API keys: for users alone."""


OF_KEYS = (Scope.READ, Scope.UPLOAD, Scope.MANAGE)
ALL = frozenset(Scope)

_UPLOADING = re.compile(r"/videos/[^/]+/upload(/.*)?")


def needed(method: str, path: str) -> Scope:
    """The scope that a request needs; `path` is the one below the API's base address."""
    path = path.rstrip("/")  # routes ignore slashes at the end
    if re.match(r"/keys(/|$)", path):
        return Scope.ACCOUNT
    if (method, path) == ("POST", "/videos") or _UPLOADING.fullmatch(path):
        return Scope.UPLOAD
    return Scope.READ if method in ("GET", "HEAD") else Scope.MANAGE


def of_upload(video_id: str, path: str) -> bool:
    """Whether a request belongs to the upload of one video, all that its upload token opens."""
    return path in (f"/videos/{video_id}/upload", f"/videos/{video_id}/upload/complete")
