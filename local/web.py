"""The page of `web/` as CloudFront serves it from its bucket, and `/config.json` for a platform on this machine."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.login import Login

VIEWS = ("upload", "watch", "embed", "share", "signed-in")
"""First parts of the paths that are views of the page: index.html answers them."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"


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
        if asked.path == "/config.json":
            return Answer(
                200, json.dumps(self.config).encode(), {"Content-Type": TYPES[".json"], "Cache-Control": NEVER}
            )
        file = self._file(asked.path)
        return self._page(file, embedded=asked.path.startswith("/embed/")) if file else None

    def _file(self, path: str) -> Path | None:
        first = path.split("/")[1]
        if path == "/" or first in VIEWS:
            return self.folder / "index.html"
        file = (self.folder / path.lstrip("/")).resolve()
        return file if file.is_file() and file.is_relative_to(self.folder.resolve()) else None

    def _page(self, file: Path, embedded: bool) -> Answer:
        kept = FOREVER if file.parent.name == "assets" else NEVER
        headers = {"Content-Type": TYPES.get(file.suffix, "application/octet-stream"), "Cache-Control": kept}
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


def configuration(login: Login, parameters: Mapping[str, str], profiles: Path) -> dict[str, Any]:
    """`/config.json`: what the page must know of its platform, from the stack's parameters and the profiles' files."""
    return {
        "api": "/api",
        "auth": {"domain": login.prefix.rstrip("/"), "clientId": login.pool.client_id, "scopes": ["openid", "email"]},
        "playbackAccess": parameters.get("PlaybackAccess", "public"),
        "profiles": _profiles(profiles),
        "limits": {"maxSourceBytes": int(parameters.get("MaxSourceGiB", "50")) * 2**30},
    }


def _profiles(folder: Path) -> list[dict[str, str]]:
    """Name and description of every profile, the default first."""
    described = {file.stem: json.loads(file.read_text())["description"] for file in sorted(folder.glob("*.json"))}
    names = sorted(described, key=lambda name: name != "default")
    return [{"name": name, "description": described[name]} for name in names]
