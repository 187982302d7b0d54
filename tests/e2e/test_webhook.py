"""What becomes of videos is told to an address on this machine: signed, again when it was refused, and at last kept."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from local.api import Api
from local.platform import Options, Platform
from tests.e2e.conftest import ended, physical_ids
from tests.local.aws import until


class Receiver:
    """An HTTP server on loopback that answers as it is told and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append((body, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def told(self, video_id: str) -> list[tuple[bytes, dict[str, str]]]:
        return [each for each in self.got if json.loads(each[0])["videoId"] == video_id]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Platform]:
    with Platform(
        Options(state=tmp_path_factory.mktemp("webhook"), port=0, parameters={"WebhookUrl": receiver.url})
    ) as running:
        yield running


@pytest.fixture(scope="module")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


@pytest.fixture(scope="module")
def made(platform: Platform) -> Callable[[str], str]:
    return physical_ids(platform)


def test_a_ready_video_is_told_and_the_signature_holds(
    platform: Platform, api: Api, made: Callable[[str], str], receiver: Receiver, source: Path
) -> None:
    video = ended(api, api.upload(source, lambda _: None))

    [(body, headers)] = until(lambda: receiver.told(video["id"]))

    secret = platform.clients.secretsmanager.get_secret_value(SecretId=made("WebhookSecret"))["SecretString"]
    told = standardwebhooks.Webhook("whsec_" + secret).verify(body, headers)
    assert (told["event"], told["videoId"]) == ("VideoReady", video["id"])
    assert headers["webhook-id"] == told["id"]
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook("whsec_" + secret[::-1]).verify(body, headers)


def test_a_refused_event_comes_again_with_the_same_id(
    api: Api, receiver: Receiver, tmp_path: Path, made: Callable[[str], str]
) -> None:
    (tmp_path / "letter.mp4").write_bytes(b"Dear all, " * 1000)
    receiver.answers = [503]

    video = ended(api, api.upload(tmp_path / "letter.mp4", lambda _: None))
    first, second = until(lambda: len(receiver.told(video["id"])) == 2 and receiver.told(video["id"]), 60)

    assert json.loads(first[0])["error"]["code"] == "not_a_video"
    assert (first[0], first[1]["webhook-id"]) == (second[0], second[1]["webhook-id"])
    assert int(second[1]["webhook-timestamp"]) - int(first[1]["webhook-timestamp"]) >= 9


def test_what_is_refused_to_the_last_waits_in_the_dead_letter_queue(
    platform: Platform, made: Callable[[str], str], receiver: Receiver
) -> None:
    sqs = platform.clients.sqs
    event = {"event": "VideoReady", "id": "x-y-ready", "videoId": "x", "owner": "local", "run": "y"}
    policy = sqs.get_queue_attributes(QueueUrl=made("WebhookQueue"), AttributeNames=["RedrivePolicy"])["Attributes"]
    once = {**json.loads(policy["RedrivePolicy"]), "maxReceiveCount": 1}
    sqs.set_queue_attributes(QueueUrl=made("WebhookQueue"), Attributes={"RedrivePolicy": json.dumps(once)})
    receiver.answers = [500]

    sqs.send_message(QueueUrl=made("WebhookQueue"), MessageBody=json.dumps(event))
    until(lambda: receiver.told("x"))

    dead = until(lambda: sqs.receive_message(QueueUrl=made("DeadLetterQueue")).get("Messages"), 60)
    assert json.loads(dead[0]["Body"]) == event


def test_an_owner_s_webhook_is_told_logged_sent_again_and_forgotten(api: Api, receiver: Receiver, source: Path) -> None:
    other = Receiver()
    other.answers = [500]
    made = api.call("POST", "/webhooks", {"url": other.url})
    webhook, secret = made["webhook"]["id"], made["secret"]

    video = ended(api, api.upload(source, lambda _: None))["id"]
    until(lambda: len(other.told(video)) == 2, seconds=60)

    (first, headers), (second, _) = other.told(video)
    told = standardwebhooks.Webhook(secret).verify(first.decode(), headers)
    assert first == second
    assert (told["event"], told["title"], told["status"], told["externalId"]) == (
        "VideoReady",
        source.name,
        "ready",
        None,
    )
    assert told["time"]

    def logged() -> Any:
        return api.call("GET", f"/webhooks/{webhook}/deliveries")["deliveries"][0]

    until(lambda: logged()["state"] == "delivered", seconds=30)
    assert (logged()["tries"], logged()["status"], logged()["videoId"]) == (2, 204, video)
    assert api.call("GET", "/webhooks")["webhooks"][0]["failingSince"] is None
    api.call("POST", f"/webhooks/{webhook}/deliveries/{logged()['id']}/retry")
    until(lambda: len(other.told(video)) == 3, seconds=60)
    api.call("DELETE", f"/webhooks/{webhook}")
    assert api.call("GET", "/webhooks")["webhooks"] == []
    other.server.shutdown()
