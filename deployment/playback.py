"""What a player asks for first: the addresses that a manifest names, each track's header and first segment."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin
from xml.etree import ElementTree

Fetch = Callable[[str], bytes]
"""The bytes behind an address; raises when there are none."""

_URI = re.compile(r'URI="([^"]+)"')
_DASH = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}
_NUMBER = re.compile(r"\$Number(?:%0(\d+)d)?\$")


def check_hls(address: str, fetch: Fetch) -> int:
    """Fetch a multivariant playlist, its playlists and the beginning of each; how many files of media there were."""
    playlists = [each for each in hls_addresses(_text(address, fetch), address) if ".m3u8" in each]
    beginnings = {first for each in playlists for first in _beginning(_text(each, fetch), each)}
    return _check(address, beginnings, fetch)


def check_dash(address: str, fetch: Fetch) -> int:
    """Fetch an MPD and the beginning of each of its representations; how many files of media there were."""
    return _check(address, set(dash_addresses(_text(address, fetch), address)), fetch)


def hls_addresses(playlist: str, base: str) -> list[str]:
    """Every address of a playlist (RFC 8216: lines, and URI attributes) in its order."""
    found: list[str] = []
    for line in playlist.splitlines():
        found += _URI.findall(line) if line.startswith("#") else [line] if line else []
    return [urljoin(base, each) for each in found]


def dash_addresses(mpd: str, base: str) -> Iterator[str]:
    """Header and first segment of every representation of an MPD with segment templates (ISO/IEC 23009-1, 5.3.9.4)."""
    for adaptation in ElementTree.fromstring(mpd).iterfind(".//mpd:AdaptationSet", _DASH):  # noqa: S314 - our own file
        template = adaptation.find("mpd:SegmentTemplate", _DASH)
        if template is None:
            raise ValueError(f"{base} has an AdaptationSet without segments")
        for representation in adaptation.iterfind("mpd:Representation", _DASH):
            for name in ("initialization", "media"):
                filled = template.attrib[name].replace("$RepresentationID$", representation.attrib["id"])
                yield urljoin(base, _numbered(filled, int(template.get("startNumber", "1"))))


def _numbered(template: str, number: int) -> str:
    return _NUMBER.sub(lambda found: f"{number:0{found[1] or 1}d}", template)


def _beginning(playlist: str, base: str) -> list[str]:
    """The header, where there is one, and the first segment."""
    lines = playlist.splitlines()
    headers = [line for line in lines if line.startswith("#EXT-X-MAP")]
    segments = [line for line in lines if line and not line.startswith("#")][:1]
    if not segments:
        raise ValueError(f"{base} has no segments")
    return hls_addresses("\n".join(headers + segments), base)


def _text(address: str, fetch: Fetch) -> str:
    return fetch(address).decode()


def _check(manifest: str, addresses: set[str], fetch: Fetch) -> int:
    if not addresses:
        raise ValueError(f"{manifest} lists no media")
    for address in sorted(addresses):
        if not fetch(address):
            raise ValueError(f"{address} is empty")
    return len(addresses)
