"""A client of the video transcoding platform: `Client` for programs, the command `vod` for people."""

from vod_client.api import ApiError, Client
from vod_client.models import Delivery, Key, Share, Video, Webhook

__all__ = ["ApiError", "Client", "Delivery", "Key", "Share", "Video", "Webhook"]
