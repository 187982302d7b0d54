"""The profiles of this installation, one JSON file each in this folder: add a file and deploy to have your own.

A file that names a `base` is that profile with what it says itself; its ladders come after the base's.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from vod.profiles.profile import DEFAULT, Profile


@cache
def all_profiles() -> dict[str, Profile]:
    """Every profile by its name, which is its file's."""
    found = {entry.name.removesuffix(".json"): json.loads(entry.read_text()) for entry in _entries()}
    return {name: Profile.model_validate_json(json.dumps(_whole(found, name))) for name in sorted(found)}


def named(name: str) -> Profile:
    """The profile of this name; KeyError when there is none."""
    return all_profiles()[name]


def known_or_default(name: str) -> Profile:
    """The profile of this name; the default where a deployment meanwhile dropped it: better than a lost upload."""
    return all_profiles().get(name) or named(DEFAULT)


def _entries() -> list[Any]:
    return [entry for entry in files(__name__).iterdir() if entry.name.endswith(".json")]


def _whole(found: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    own = {"name": name, **found[name]}
    base = own.pop("base", None)
    if base is None:
        return own
    return found[base] | own | {"ladders": [*found[base]["ladders"], *own.get("ladders", [])]}
