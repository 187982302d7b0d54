"""Manifests whose every address carries a pass: for players that have no cookies and forget the manifest's own."""

import re
from xml.sax.saxutils import escape

from vod.access.passes import Pass

_HLS_URI = re.compile(r'(?<=URI=")[^"]+')
_DASH_ADDRESS = re.compile(r'(?<= initialization=")[^"]+|(?<= media=")[^"]+|(?<=<BaseURL>)[^<]+')
_PICTURE = re.compile(r"^(\S+)(#xywh=\S+)$", re.MULTILINE)


def signed(name: str, text: str, folder: str, given: Pass) -> str:
    """The manifest `name` (m3u8, mpd, or the vtt of a storyboard); `folder` is where the files beside it are served.

    Further playlists stay relative: they come from where this manifest comes from.
    """
    kinds = {"m3u8": _hls, "mpd": _dash, "vtt": _storyboard}
    return kinds[name.rsplit(".", 1)[1]](text, folder, given)


def _hls(text: str, folder: str, given: Pass) -> str:
    def address(uri: str) -> str:
        return f"{uri}?{given.api_query}" if uri.endswith(".m3u8") else f"{folder}{uri}?{given.query}"

    def line(written: str) -> str:
        if written.startswith("#"):
            return _HLS_URI.sub(lambda found: address(found.group()), written)
        return address(written) if written else written

    return "\n".join(line(written) for written in text.split("\n"))


def _dash(text: str, folder: str, given: Pass) -> str:
    ending = "?" + escape(given.query)
    return _DASH_ADDRESS.sub(lambda found: folder + found.group() + ending, text)


def _storyboard(text: str, folder: str, given: Pass) -> str:
    return _PICTURE.sub(lambda found: f"{folder}{found[1]}?{given.query}{found[2]}", text)
