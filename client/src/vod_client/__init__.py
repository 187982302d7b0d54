"""A client of the video transcoding platform: `Client` for programs, the command `vod` for people."""

from vod_client.api import ApiError, Client
from vod_client.models import Key, Share, Video

__all__ = ["ApiError", "Client", "Key", "Share", "Video"]
