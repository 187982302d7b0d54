"""Webhooks on the page: made, switched, changed and deleted, with the log of what was sent; the library tells of one
that was switched off by itself."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from playwright.sync_api import Locator

from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import ended, physical_ids
from tests.e2e.test_webhook import Receiver
from tests.local.aws import until
from tests.web.visitor import Visitor
from vod.aws.endpoints import DynamoEndpoints

pytestmark = pytest.mark.slow


@pytest.fixture
def receiver(api: Api) -> Iterator[Receiver]:
    made = Receiver()
    yield made
    for webhook in api.call("GET", "/webhooks")["webhooks"]:
        api.call("DELETE", f"/webhooks/{webhook['id']}")
    made.server.shutdown()


@pytest.fixture
def webhook(api: Api, receiver: Receiver) -> str:
    """The id of a webhook of the visitor's."""
    return str(api.call("POST", "/webhooks", {"url": receiver.url})["webhook"]["id"])


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A file that is no video: its failure is told within seconds."""
    (tmp_path / "letter.mp4").write_bytes(b"Dear all, " * 1000)
    return tmp_path / "letter.mp4"


def row(visitor: Visitor, url: str) -> Locator:
    return visitor.page.locator(".webhook").filter(has_text=url)


def the_only_one(api: Api) -> Any:
    [found] = api.call("GET", "/webhooks")["webhooks"]
    return found


def test_a_webhook_is_made_and_its_secret_shown_once(
    visitor: Visitor, api: Api, receiver: Receiver, letter: Path
) -> None:
    visitor.go("/keys")
    visitor.page.get_by_role("link", name="Webhooks").click()
    visitor.page.get_by_text("You have no webhooks yet").wait_for()
    visitor.page.get_by_label("Address").fill(receiver.url)
    visitor.press("Create webhook")

    secret = visitor.page.get_by_role("textbox", name="shown only once").input_value()
    assert visitor.violations() == []
    video = ended(api, api.upload(letter, lambda _: None))
    [(body, headers)] = until(lambda: receiver.told(video["id"]))
    assert standardwebhooks.Webhook(secret).verify(body.decode(), headers)["event"] == "VideoFailed"
    visitor.page.reload()
    row(visitor, receiver.url).wait_for()
    assert "Video ready, Video failed" in row(visitor, receiver.url).inner_text()
    assert secret not in visitor.page.content()


def test_the_log_leads_to_the_video_and_an_event_is_sent_again(
    visitor: Visitor, api: Api, receiver: Receiver, webhook: str, letter: Path
) -> None:
    video = ended(api, api.upload(letter, lambda _: None))["id"]
    until(lambda: receiver.told(video))
    visitor.go("/webhooks")
    row(visitor, receiver.url).get_by_role("button", name="Deliveries").click()

    sent = visitor.page.locator(".delivery")
    sent.filter(has_text="Delivered, 1 try, last answer 204").wait_for()
    assert visitor.violations() == []
    sent.get_by_role("button", name="Send again").click()
    until(lambda: len(receiver.told(video)) == 2)
    sent.get_by_role("link", name="letter.mp4").click()

    visitor.see("heading", "letter.mp4")
    assert visitor.page.url == f"{visitor.url}/watch/{video}"


def test_a_webhook_is_switched_off_and_on_again(
    visitor: Visitor, api: Api, receiver: Receiver, webhook: str, letter: Path
) -> None:
    visitor.go("/webhooks")
    switch = visitor.page.get_by_role("switch", name=f"Send events to {receiver.url}")
    switch.uncheck()
    until(lambda: not the_only_one(api)["isOn"])
    row(visitor, receiver.url).get_by_text("Off", exact=True).wait_for()

    video = ended(api, api.upload(letter, lambda _: None))["id"]
    switch.check()

    until(lambda: the_only_one(api)["isOn"])
    row(visitor, receiver.url).get_by_text("On", exact=True).wait_for()
    assert receiver.told(video) == []


def test_a_webhook_gets_another_address_and_secret_and_is_deleted(
    visitor: Visitor, api: Api, receiver: Receiver, webhook: str
) -> None:
    visitor.go("/webhooks")
    visitor.press(f"Change {receiver.url}")
    form = visitor.page.locator(".webhook-form")
    form.get_by_label("Address").fill(f"{receiver.url}/b")
    form.get_by_label("Rendition failed").check()
    visitor.press("Save")
    form.wait_for(state="detached")
    assert (the_only_one(api)["url"], len(the_only_one(api)["events"])) == (f"{receiver.url}/b", 3)

    visitor.press(f"New secret for {receiver.url}/b")
    visitor.press("Make a new secret")
    assert visitor.page.get_by_role("textbox", name="shown only once").input_value().startswith("whsec_")
    visitor.press(f"Delete {receiver.url}/b")
    visitor.press("Delete")

    visitor.page.get_by_text("You have no webhooks yet").wait_for()
    assert api.call("GET", "/webhooks")["webhooks"] == []


def test_an_address_that_is_refused_stays_in_the_form_with_the_reason(visitor: Visitor, receiver: Receiver) -> None:
    visitor.go("/webhooks")
    visitor.page.get_by_label("Address").fill("http://example.com/hook")
    visitor.press("Create webhook")

    assert "https://" in visitor.see("alert", "").inner_text()
    assert visitor.page.get_by_label("Address").input_value() == "http://example.com/hook"


def test_webhooks_that_cannot_be_listed_are_asked_for_again(visitor: Visitor, receiver: Receiver, webhook: str) -> None:
    visitor.page.route("**/api/webhooks", lambda route: route.fulfill(status=500, body="broken"), times=1)
    visitor.go("/webhooks")
    visitor.page.get_by_text("Your webhooks could not be loaded").wait_for()
    assert visitor.page.get_by_text("You have no webhooks yet").count() == 0

    visitor.press("Try again")

    row(visitor, receiver.url).get_by_role("button", name="Deliveries").click()
    visitor.page.get_by_text("Nothing was sent yet").wait_for()
    visitor.forgive("status of 500")


def test_the_library_names_a_webhook_that_was_switched_off_by_itself(
    visitor: Visitor, platform: Platform, receiver: Receiver, webhook: str
) -> None:
    endpoints = DynamoEndpoints(platform.clients.dynamodb, physical_ids(platform)("Table"))
    off = {"failing_since": "2026-03-01T10:00:00.000Z", "off_since": "2026-03-04T10:00:00.000Z", "is_on": False}
    visitor.go("/")
    visitor.see("heading", "Library")
    assert visitor.page.locator(".notice").count() == 0

    endpoints.amend(webhook, lambda fresh: replace(fresh, **off))  # type: ignore[arg-type]
    visitor.page.reload()

    visitor.page.locator(".notice").filter(has_text=receiver.url).wait_for()
    assert visitor.violations() == []
    visitor.page.get_by_role("link", name="Show webhooks").click()
    row(visitor, receiver.url).get_by_text("Switched off by itself on 4 Mar 2026").wait_for()
    visitor.page.get_by_role("switch").check()
    row(visitor, receiver.url).get_by_text("On", exact=True).wait_for()


def test_without_an_answer_of_the_webhooks_the_library_is_there_all_the_same(visitor: Visitor, video: str) -> None:
    visitor.page.route("**/api/webhooks", lambda route: route.fulfill(status=500, body="broken"))
    visitor.go("/")

    visitor.page.locator(".card").first.wait_for()
    assert visitor.page.locator(".notice").count() == 0
    visitor.forgive("status of 500")
