"""The page of `web/` as CloudFront serves it from its bucket, and `/config.json` for a platform on this machine."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployment import page
from local.login import Login
from vod.aws.stored_as import TYPES

FILE_HEADERS = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Of everything below /videos/: what encoders stored is no page of ours."""
UNKNOWN = "application/octet-stream"
VIEWS = ("upload", "keys", "webhooks", "watch", "share", "signed-in")
"""First parts of the paths that are views of the page: index.html answers them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a viewer; `path` without its query."""

    method: str
    path: str
    query: str = ""
    host: str = ""
    body: bytes = b""
    authorization: str = ""


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
    embed_origins: str = "*"

    def answer(self, asked: Asked) -> Answer | None:
        """The answer to a request, None for what is no path of the page."""
        if asked.path.startswith(self.login.prefix):
            return Answer(
                *self.login.answer(asked.method, asked.path, asked.query, asked.host, asked.body, asked.authorization)
            )
        if asked.method not in ("GET", "HEAD"):
            return None
        if asked.path == f"/{page.CONFIG}":
            return Answer(
                200,
                json.dumps(self.config).encode(),
                {"Content-Type": page.TYPES[".json"], "Cache-Control": page.NEVER},
            )
        file = self._file(asked.path)
        return self._page(file, embedded=is_embedded(asked.path)) if file else None

    def _file(self, path: str) -> Path | None:
        if is_embedded(path):
            return self.folder / page.EMBED
        first = path.split("/")[1]
        if path == "/" or first in VIEWS:
            return self.folder / page.INDEX
        file = (self.folder / path.lstrip("/")).resolve()
        return file if file.is_file() and file.is_relative_to(self.folder.resolve()) else None

    def _page(self, file: Path, embedded: bool) -> Answer:
        headers = {"Content-Type": page.kind(file), "Cache-Control": page.kept(file)}
        said = embed_headers(self.embed_origins) if embedded else security_headers(self.upload_hosts)
        return Answer(200, file.read_bytes(), {**headers, **said})


def file_headers(path: str, cached: str, is_private: bool) -> dict[str, str]:
    """What CloudFront's function `Files` says of a video's file; `cached` is what S3 says of caching."""
    kind = TYPES.get(path.rpartition(".")[2], (UNKNOWN, ""))[0]
    kept = [each for each in cached.split(", ") if each not in ("", "public", "private")]
    return {"Content-Type": kind, "Cache-Control": ", ".join(["private", *kept]) if is_private else cached}


def is_embedded(path: str) -> bool:
    """Whether the distribution answers a path with the player for other people's sites: its pattern is `/embed*`."""
    return path.startswith("/embed")


def security_headers(upload_hosts: Iterable[str]) -> dict[str, str]:
    """What CloudFront's response headers policy says of the page."""
    return _headers(("'self'", *upload_hosts), ("'self'",))


def embed_headers(origins: str) -> dict[str, str]:
    """The same of the embedded player, which may stand in frames of the sites that a parameter of the stack names."""
    return _headers(("'self'",), ("'self'", *filter(None, origins.split(","))))


def _headers(connect: Iterable[str], ancestors: Iterable[str]) -> dict[str, str]:
    policy = {
        "default-src": "'self'",
        "connect-src": " ".join(connect),
        "media-src": "'self' blob:",
        "img-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(ancestors),
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
