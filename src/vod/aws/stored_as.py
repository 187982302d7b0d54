"""The headers with which an output object is stored, by its key; whoever stores by a presigned address sends them."""

_IMMUTABLE = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=2"
TYPES = {
    "m3u8": ("application/vnd.apple.mpegurl", _SHORT),
    "mpd": ("application/dash+xml", _SHORT),
    "m4s": ("video/iso.segment", _IMMUTABLE),
    "mp4": ("video/mp4", _IMMUTABLE),
    "m4a": ("audio/mp4", _IMMUTABLE),
    "vtt": ("text/vtt; charset=utf-8", _IMMUTABLE),
    "jpg": ("image/jpeg", _IMMUTABLE),
    "json": ("application/json", "private, no-store"),
}
"""By the suffix of an output key: its content type and how long it may be cached. The CDN has the same types."""


def of(key: str) -> tuple[str, str]:
    """Content-Type and Cache-Control of an output object."""
    return TYPES[key.rsplit(".", 1)[1]]
