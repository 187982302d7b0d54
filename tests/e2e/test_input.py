"""What nobody can read is refused through the whole API, and never as a fault of the platform's."""

import json
import urllib.error
import urllib.request

import pytest

from local.platform import Platform

# The firewall lets 8 kB through to most routes.
UNREADABLE = [b'{"title": "\xff"}', b"[" * 7000, b'{"size": ' + b"9" * 5000 + b"}", b"{"]


@pytest.mark.parametrize("body", UNREADABLE, ids=["not UTF-8", "nested", "5,000 digits", "half"])
@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/videos"),
        ("PATCH", f"/videos/{'0' * 20}"),
        ("POST", f"/videos/{'0' * 20}/shares"),
        ("POST", f"/videos/{'0' * 20}/retry"),
        ("POST", f"/videos/{'0' * 20}/upload/complete"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    platform: Platform, method: str, path: str, kind: str, body: bytes
) -> None:
    headers = {"Authorization": f"Bearer {platform.token}", "Content-Type": kind}
    request = urllib.request.Request(platform.api + path, body, headers, method=method)

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)

    told = json.loads(refused.value.read())
    assert (refused.value.code, told["code"]) == (400, "invalid_request")
    assert told["requestId"]
