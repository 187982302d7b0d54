"""Addresses that strangers name: what was used elsewhere to reach what only the machine itself may."""

import pytest

from vod.access.public_address import Target, is_public, target
from vod.errors import InvalidRequest

PUBLIC = [
    "93.184.215.14",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.255.255",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
]
NOT_PUBLIC = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::"],
    "private": ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fd12:3456::1", "fec0::1"],
    "metadata services": ["169.254.169.254", "169.254.170.2", "169.254.169.253", "fd00:ec2::254", "fe80::1", "fe80::a9fe:a9fe%eth0"],
    "shared by carriers": ["100.64.0.1", "100.127.255.255"],
    "IPv4 within IPv6": [
        "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
        "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:53aa:64c:0:7dcb:80ff:fffe",
    ],
    "for tests, documentation and later": ["192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "240.0.0.1", "2001:db8::1"],
    "for many": ["224.0.0.1", "255.255.255.255", "ff02::1"],
    "of a protocol": ["192.0.0.1", "192.0.0.192"],
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_what_anybody_can_call_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [each for kind in NOT_PUBLIC.values() for each in kind])
def test_nothing_else_is(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.com/a.mp4?x=1", Target("https", "example.com", 443)),
        ("https://example.com:8443", Target("https", "example.com", 8443)),
        ("https://[2606:2800:21f:cb07::1]/a", Target("https", "2606:2800:21f:cb07::1", 443)),
        ("HTTPS://EXAMPLE.COM/", Target("https", "example.com", 443)),
    ],
)
def test_an_https_address_leads_somewhere(url: str, found: Target) -> None:
    assert target(url) == found


REFUSED = [
    "http://example.com/a", "ftp://example.com/a", "file:///etc/passwd", "gopher://example.com/_x", "data:text/plain,x",
    "https://user:password@example.com/", "https://example.com@127.0.0.1/", "https://example.com#@127.0.0.1/", "https://",
    "https:///a", "//example.com/a", "example.com/a", "", "https://example.com/ a", "https://example.com/\\a",
    "https://example.com\\@127.0.0.1/", "https://exa\r\nmple.com/", "https://example.com/\n", "https://[fe80::1%25eth0]/",
    "https://a..example/", f"https://{'a' * 64}.example/", "https://[::1", "https://example.com:99999/", "https://example.com:x/", "https://münchen.example/",
    "https://example.com/" + "a" * 2000, "jar:https://example.com!/", "https://exam\u200bple.com/", "https://１２７.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        target(url)


def test_this_machine_is_called_only_where_the_platform_runs_on_it() -> None:
    assert target("http://127.0.0.1:8080/a", loopback=True) == Target("http", "127.0.0.1", 8080)
    for url in ("http://127.0.0.2/a", "http://10.0.0.1/a", "http://example.com/a"):
        with pytest.raises(InvalidRequest):
            target(url, loopback=True)
