"""FFmpeg's program, as the wheel imageio-ffmpeg brings it."""

from importlib import resources


def path() -> str:
    """Where it lies; FileNotFoundError where the wheel has none for this machine.

    The wheel's own look-up starts it once, which costs a cold function half a second, and refuses it without the right
    to be executed, which SAM takes away (`vod.sandbox.sandbox.runnable`).
    """
    found = sorted(
        str(each) for each in (resources.files("imageio_ffmpeg") / "binaries").iterdir() if _is_one(each.name)
    )
    if not found:
        raise FileNotFoundError("imageio-ffmpeg has no FFmpeg for this machine")
    return found[-1]


def _is_one(name: str) -> bool:
    return name.startswith("ffmpeg-")
