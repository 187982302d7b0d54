"""Where the platform is and the key to it: from the environment, else from what `vod login` has kept."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_config_path, user_state_path

NAME = "vod"


class NotSignedIn(Exception):
    """Nobody has said where the platform is."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The API's address, and an API key or id token."""

    address: str
    token: str


def journal() -> Path:
    """Where uploads that are not finished are kept."""
    return user_state_path(NAME) / "uploads.json"


def read() -> Settings:
    """The settings; NotSignedIn where there are none."""
    if (address := os.environ.get("VOD_API")) and (token := os.environ.get("VOD_TOKEN")):
        return Settings(address, token)
    try:
        kept = json.loads(_path().read_text())
        return Settings(kept["address"], kept["token"])
    except (OSError, ValueError, KeyError) as missing:
        raise NotSignedIn("Run `vod login` first, or set VOD_API and VOD_TOKEN.") from missing


def write(settings: Settings) -> Path:
    """Keep the settings where only you can read them; the file."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(settings), file)
    return path


def forget() -> None:
    """Keep nothing."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return user_config_path(NAME) / "settings.json"
