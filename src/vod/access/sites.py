"""Other people's sites by their origins: `https://example.com`, or `https://*.example.com` for every name below it."""

import re
from collections.abc import Iterable

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
SITE = rf"https?://(\*\.)?{LABEL}(\.{LABEL})*(:[0-9]{{1,5}})?"
"""An origin as browsers write it: lower case, without a path; the star stands for one or more labels."""


def is_site(text: str) -> bool:
    """Whether a text names a site, or all below one."""
    return re.fullmatch(SITE, text) is not None


def admits(sites: Iterable[str], origin: str) -> bool:
    """Whether an origin is one of the sites."""
    return any(_is(site, origin) for site in sites)


def _is(site: str, origin: str) -> bool:
    scheme, star, rest = site.partition("*.")
    if not star:
        return site == origin
    return re.fullmatch(rf"{re.escape(scheme)}({LABEL}\.)+{re.escape(rest)}", origin) is not None
