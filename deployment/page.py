"""The page in its bucket: the files that Vite built, and `/config.json`, which tells them of their platform."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deployment.stack import Stack

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
ASSETS, INDEX, EMBED, CONFIG = "assets", "index.html", "embed.html", "config.json"
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"
SCOPES = ["openid", "email"]
Config = dict[str, Any]


def kept(file: Path) -> str:
    """How long browsers and the CDN may keep a file: what has a hash in its name for ever, else not unasked."""
    return FOREVER if file.parent.name == ASSETS else NEVER


def kind(file: Path) -> str:
    """A file's content type."""
    return TYPES.get(file.suffix, "application/octet-stream")


def configuration(login: str, client_id: str, parameters: Mapping[str, str], profiles: Path) -> Config:
    """What the page must know: where people sign in, the stack's parameters, and the profiles of a folder."""
    return {
        "auth": {"domain": login, "clientId": client_id, "scopes": SCOPES},
        "playbackAccess": parameters.get("PlaybackAccess", "public"),
        "profiles": _profiles(profiles),
        "limits": {"maxSourceBytes": int(parameters.get("MaxSourceGiB", "50")) * 2**30},
    }


def _profiles(folder: Path) -> list[dict[str, str]]:
    """Name and description of every profile, the default first."""
    described = {file.stem: json.loads(file.read_text())["description"] for file in sorted(folder.glob("*.json"))}
    names = sorted(described, key=lambda name: name != "default")
    return [{"name": name, "description": described[name]} for name in names]


def publish(s3: Any, folder: Path, deployed: Stack, profiles: Path) -> int:
    """Put the page of a folder into the stack's bucket; how many objects.

    What others name comes first, so that a page that is being loaded finds all of its files; those of the page before
    stay, for who has it open.
    """
    outputs = deployed.outputs
    config = configuration(outputs["LoginUrl"], outputs["PageClientId"], deployed.parameters, profiles)
    objects = [*_files(folder), (CONFIG, json.dumps(config).encode(), Path(CONFIG))]
    for name, body, file in sorted(objects, key=lambda each: each[0] in (INDEX, EMBED)):
        s3.put_object(
            Bucket=outputs["PageBucketName"], Key=name, Body=body, ContentType=kind(file), CacheControl=kept(file)
        )
    return len(objects)


def _files(folder: Path) -> Iterator[tuple[str, bytes, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            yield file.relative_to(folder).as_posix(), file.read_bytes(), file
