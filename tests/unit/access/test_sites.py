import pytest

from vod.access.sites import admits, is_site


@pytest.mark.parametrize(
    ("site", "origin", "admitted"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "https://a.example:8443", False),
        ("https://a.example", "https://b.a.example", False),
        ("http://localhost:8000", "http://localhost:8000", True),
        ("https://*.a.example", "https://b.a.example", True),
        ("https://*.a.example", "https://c.b.a.example", True),
        ("https://*.a.example", "https://a.example", False),
        ("https://*.a.example", "https://evil.example/.a.example", False),
        ("https://*.a.example", "https://evila.example", False),
        ("https://*.a.example:8443", "https://b.a.example:8443", True),
        ("https://a.example", "null", False),
        ("https://a.example", "", False),
    ],
)
def test_an_origin_is_one_of_the_sites_or_not(site: str, origin: str, admitted: bool) -> None:
    assert admits(["https://other.example", site], origin) is admitted


@pytest.mark.parametrize(
    "text", ["https://a.example", "http://127.0.0.1:8000", "https://*.a.example", "http://localhost"]
)
def test_an_origin_is_a_site(text: str) -> None:
    assert is_site(text)


@pytest.mark.parametrize(
    "text",
    ["a.example", "https://a.example/", "https://A.example", "ftp://a.example", "https://a.*.example", "*", "", "https://a.example\n",
     "https://*", "https://a.example; script-src *", "https://a.example,https://b.example", "https://-a.example"],
)  # fmt: skip
def test_what_is_no_origin_is_no_site(text: str) -> None:
    assert not is_site(text)
