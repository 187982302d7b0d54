"""A file that is made of a ready video for downloading: what it holds, and how far it is."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from vod import keys
from vod.frozen import Document

MOST_TRIES = 3
"""Whose making stands still so often has failed."""
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
"""What some file system does not take in a name."""
_LONGEST_NAME, _LONGEST_DETAIL = 250, 100
"""In bytes of UTF-8: file systems take 255, and S3 takes 2 KB of headers, in which each has three characters."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is stored of a download. Times are Unix seconds; `done` and `size` in bytes, `size` None until it is known.

    `tracks` are those of `run` that it holds, a picture before its sound. `state` is `preparing`, `ready` or `failed`;
    `touched_at` is when it last came on. Nobody is given its address after `expires_at`; its object is kept longer.
    """

    video_id: str
    name: str
    run: str
    tracks: tuple[str, ...]
    filename: str
    key: str
    touched_at: int
    expires_at: int
    language: str | None = None
    state: str = "preparing"
    upload_id: str | None = None
    done: int = 0
    size: int | None = None
    tries: int = 0
    """How often somebody was called to make it since it came on."""


def name(run: str, tracks: tuple[str, ...], filename: str) -> str:
    """What tells a download of a video from its others: one with another title is another file."""
    return f"{run}#{'+'.join(tracks)}#{hashlib.sha256(filename.encode()).hexdigest()[:12]}"


def new_key(video_id: str, filename: str) -> str:
    """Where the file of a new download is stored: nobody can guess it."""
    return f"{keys.downloads_prefix(video_id)}{secrets.token_hex(16)}.{filename.rpartition('.')[2]}"


def filename(title: str, detail: str, suffix: str) -> str:
    """The name under which a browser stores the file; a title that is a file's name loses its suffix."""
    plain, behind = re.sub(r"\.[a-zA-Z0-9]{2,4}$", "", title), safe(detail, _LONGEST_DETAIL)
    room = _LONGEST_NAME - len(behind.encode()) - 1
    return f"{f'{safe(plain, room)} {behind}'.strip() or 'video'}.{suffix}"


def safe(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name that every file system takes, of so many bytes in UTF-8, that hides nothing and names no other folder;
    empty when nothing is left."""
    fit = _UNFIT.sub("-", name).lstrip(". ")
    return fit.encode()[:longest].decode(errors="ignore").strip()


def content_type(filename: str) -> str:
    """What the file is."""
    return "audio/mp4" if filename.endswith(".m4a") else "video/mp4"


def disposition(filename: str) -> str:
    """Content-Disposition that has a browser store the file under its name (RFC 6266 and 8187)."""
    fit = safe(filename) or "video"
    plain = fit.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(fit, safe='')}"


def preparing(found: Download) -> Document:
    """A file that is being made, as the API shows it."""
    progress = round(100 * found.done / found.size, 1) if found.size else 0
    nothing = {"bytes": None, "url": None, "expiresAt": None}
    return {"state": "preparing", "progress": progress, "filename": found.filename} | nothing


def ready(filename: str, size: int | None, url: str, until: str) -> Document:
    """A file that is there, as the API shows it; its address works `until` (ISO 8601)."""
    told = {"bytes": size, "url": url, "expiresAt": until}
    return {"state": "ready", "progress": 100, "filename": filename} | told
