"""Manifests whose every address carries a query: for players that have no cookies and forget the manifest's own."""

import re
from xml.sax.saxutils import escape

_HLS_URI = re.compile(r'(?<=URI=")[^"]+')
_DASH_ADDRESS = re.compile(r'(?<= initialization=")[^"]+|(?<= media=")[^"]+|(?<=<BaseURL>)[^<]+')
_PICTURE = re.compile(r"^(\S+)(#xywh=\S+)$", re.MULTILINE)


def signed(name: str, text: str, folder: str, query: str) -> str:
    """The manifest `name` (m3u8, mpd, or the vtt of a storyboard); `folder` is where the files beside it are served.

    Further playlists stay relative: they come from where this manifest comes from.
    """
    kinds = {"m3u8": _hls, "mpd": _dash, "vtt": _storyboard}
    return kinds[name.rsplit(".", 1)[1]](text, folder, query)


def _hls(text: str, folder: str, query: str) -> str:
    def address(uri: str) -> str:
        return f"{uri}?{query}" if uri.endswith(".m3u8") else f"{folder}{uri}?{query}"

    def line(written: str) -> str:
        if written.startswith("#"):
            return _HLS_URI.sub(lambda found: address(found.group()), written)
        return address(written) if written else written

    return "\n".join(line(written) for written in text.split("\n"))


def _dash(text: str, folder: str, query: str) -> str:
    ending = "?" + escape(query)
    return _DASH_ADDRESS.sub(lambda found: folder + found.group() + ending, text)


def _storyboard(text: str, folder: str, query: str) -> str:
    return _PICTURE.sub(lambda found: f"{folder}{found[1]}?{query}{found[2]}", text)
