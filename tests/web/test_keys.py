"""API keys on the page: made, shown once, listed and revoked."""

import urllib.error
import urllib.request
from dataclasses import replace

import pytest

from local.api import Api
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow


def test_a_key_is_made_shown_once_and_revoked(visitor: Visitor, api: Api) -> None:
    visitor.go("/")
    visitor.page.get_by_role("link", name="API", exact=True).click()
    visitor.page.get_by_label("Name").fill("Nightly imports")
    visitor.page.get_by_label("Upload", exact=False).check()
    visitor.press("Create key")

    secret = visitor.page.get_by_role("textbox", name="Key (shown only once)").input_value()
    program = replace(api, token=secret)
    assert program.call("GET", "/videos")["videos"] is not None
    assert visitor.violations() == []
    visitor.page.reload()
    row = visitor.page.get_by_role("listitem").filter(has_text="Nightly imports")
    row.wait_for()
    assert "Read, Upload" in row.inner_text()
    assert secret not in visitor.page.content()

    row.get_by_role("button", name="Revoke Nightly imports").click()
    visitor.press("Revoke")
    row.wait_for(state="detached")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(
            urllib.request.Request(f"{api.address}/videos?limit=2", headers={"Authorization": f"Bearer  {secret}"}),
            timeout=30,
        )
    assert visitor.complaints == []
