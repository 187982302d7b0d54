"""Which addresses of the internet strangers may have the platform call: public ones, by https.

An address in a private range, of this machine or of a cloud's metadata service answers to us what it answers to nobody
else. Names are no proof: what counts is where a name leads at the moment of the call (aws/web.py).
"""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from vod.errors import InvalidRequest

LONGEST = 2000
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that stand for IPv4 ones (RFC 6052, 8215)."""
_HTTPS = 443


class Target(NamedTuple):
    """Where an address leads; `host` without brackets."""

    scheme: str
    host: str
    port: int


def target(url: str, loopback: bool = False) -> Target:
    """Where an https address leads; InvalidRequest for any other. `loopback`: http to this machine is fine too."""
    if len(url) > LONGEST or not url.isascii() or any(letter <= " " or letter in '<>"\\^`{|}' for letter in url):
        raise InvalidRequest(
            "url", f"must be an address of at most {LONGEST} characters of ASCII, others encoded as %XX"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")  # as names are looked up: no part is empty, or longer than 63
    except ValueError as error:
        raise InvalidRequest("url", "is no address") from error
    if "@" in parts.netloc:
        raise InvalidRequest("url", "may not hold a user name or password; use a signed address")
    if parts.fragment or not host or "%" in host:
        raise InvalidRequest(
            "url", "must be an address with a host and without a fragment, such as https://example.com/a"
        )
    is_here = loopback and parts.scheme == "http" and host in ("localhost", "127.0.0.1")
    if parts.scheme != "https" and not is_here:
        raise InvalidRequest("url", "must begin with https://")
    return Target(parts.scheme, host, port or (80 if is_here else _HTTPS))


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet can call."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if within or found.is_site_local or any(found in network for network in _NAT64):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)
