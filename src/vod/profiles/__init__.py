"""The profiles of this installation, one JSON file each in this folder: add a file and deploy to have your own."""

from functools import cache
from importlib.resources import files

from vod.profile import Profile


@cache
def all_profiles() -> dict[str, Profile]:
    """Every profile by its name, which is its file's."""
    found = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".json"))
    profiles = [Profile.model_validate_json(entry.read_text()) for entry in found]
    return {profile.name: profile for profile in sorted(profiles, key=lambda profile: profile.name)}


def named(name: str) -> Profile:
    """The profile of this name; KeyError when there is none."""
    return all_profiles()[name]
