"""The page of `web/` as CloudFront serves it from its bucket, and `/config.json` for a platform on this machine."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployment import page
from local.login import Login

VIEWS = ("upload", "watch", "embed", "share", "signed-in")
"""First parts of the paths that are views of the page: index.html answers them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a viewer; `path` without its query."""

    method: str
    path: str
    query: str = ""
    host: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """The built page in a folder, its configuration, and the login page it sends people to."""

    folder: Path
    config: Mapping[str, Any]
    upload_hosts: tuple[str, ...]
    login: Login

    def answer(self, asked: Asked) -> Answer | None:
        """The answer to a request, None for what is no path of the page."""
        if asked.path.startswith(self.login.prefix):
            return Answer(*self.login.answer(asked.method, asked.path, asked.query, asked.host, asked.body))
        if asked.method not in ("GET", "HEAD"):
            return None
        if asked.path == f"/{page.CONFIG}":
            return Answer(
                200,
                json.dumps(self.config).encode(),
                {"Content-Type": page.TYPES[".json"], "Cache-Control": page.NEVER},
            )
        file = self._file(asked.path)
        return self._page(file, embedded=asked.path.startswith("/embed/")) if file else None

    def _file(self, path: str) -> Path | None:
        first = path.split("/")[1]
        if path == "/" or first in VIEWS:
            return self.folder / page.INDEX
        file = (self.folder / path.lstrip("/")).resolve()
        return file if file.is_file() and file.is_relative_to(self.folder.resolve()) else None

    def _page(self, file: Path, embedded: bool) -> Answer:
        headers = {"Content-Type": page.kind(file), "Cache-Control": page.kept(file)}
        return Answer(200, file.read_bytes(), {**headers, **security_headers(self.upload_hosts, embedded)})


def security_headers(upload_hosts: Iterable[str], embedded: bool = False) -> dict[str, str]:
    """What CloudFront's response headers policy says of the page; only `/embed/` may stand in a frame of others."""
    policy = {
        "default-src": "'self'",
        "connect-src": " ".join(("'self'", *upload_hosts)),
        "media-src": "'self' blob:",
        "img-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "*" if embedded else "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
