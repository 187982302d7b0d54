"""Sign: an address of a source for the probe, which has no right of its own to read anything."""

from vod.frozen import Document
from vod.plan.plan import SourceObject
from vod.ports.credentials import Addresses

ADDRESS_SECONDS = 600
"""The probe's own 300 s, and a while to start. Where it waits longer for its turn, another address is signed."""


def sign(source: SourceObject, times: int, addresses: Addresses) -> Document:
    """`{"url", "times"}`: the address, and how many were signed for this run; `times` of them were before."""
    return {"url": addresses.of(source, ADDRESS_SECONDS), "times": times + 1}
