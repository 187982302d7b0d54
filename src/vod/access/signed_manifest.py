"""Manifests whose every address carries a pass: for players that have no cookies and forget the manifest's own."""

import re
from xml.sax.saxutils import escape

from vod.access.passes import Pass

# From one attribute to the next, and not to what a title holds that looks like one.
_HLS_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)="([^"]*)"')
_DASH_PLACE = re.compile(r"<SegmentTemplate [^>]*>|(?<=<BaseURL>)[^<]+")
_DASH_ADDRESS = re.compile(r'(?<= initialization=")[^"]+|(?<= media=")[^"]+')
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

    def attribute(found: re.Match[str]) -> str:
        return f'URI="{address(found[2])}"' if found[1] == "URI" else found.group()

    def line(written: str) -> str:
        if written.startswith("#"):
            return _HLS_ATTRIBUTE.sub(attribute, written)
        return address(written) if written else written

    return "\n".join(line(written) for written in text.split("\n"))


def _dash(text: str, folder: str, given: Pass) -> str:
    ending = "?" + escape(given.query)

    def address(found: re.Match[str]) -> str:
        return folder + found.group() + ending

    def place(found: re.Match[str]) -> str:
        return _DASH_ADDRESS.sub(address, found.group()) if found.group().startswith("<") else address(found)

    return _DASH_PLACE.sub(place, text)


def _storyboard(text: str, folder: str, given: Pass) -> str:
    return _PICTURE.sub(lambda found: f"{folder}{found[1]}?{given.query}{found[2]}", text)
