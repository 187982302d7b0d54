import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import standardwebhooks

from tests import samples
from vod.steps.webhook import DELAYS, Webhook

SECRET, OTHER = (base64.b64encode(letter * 36).decode() for letter in (b"a", b"b"))
EVENT = {"event": "VideoReady", "id": "v-r-ready", "videoId": "v", "owner": "alice", "run": "r"}
BODY = json.dumps(EVENT)


@dataclass
class FakePost:
    answers: list[int | OSError]
    sent: list[tuple[bytes, Any]] = field(default_factory=list)

    def send(self, body: bytes, headers: Any) -> int:
        self.sent.append((body, headers))
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


def webhook(*answers: int | OSError, secrets: tuple[str, ...] = (SECRET,)) -> tuple[Webhook, FakePost]:
    post = FakePost(list(answers))
    return Webhook(post, lambda: secrets, now=lambda: samples.NOW, chance=lambda: 0.5), post


def test_what_is_taken_does_not_come_again() -> None:
    step, post = webhook(204)

    assert step.tell(BODY, tries=1) is None
    assert json.loads(post.sent[0][0]) == EVENT


def test_the_signature_is_an_hmac_of_id_time_and_body() -> None:
    step, post = webhook(200)

    step.tell(BODY, tries=1)

    body, headers = post.sent[0]
    signed = f"v-r-ready.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
    assert headers["webhook-id"] == "v-r-ready"
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_while_secrets_are_exchanged_either_proves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    step, post = webhook(200, secrets=(SECRET, OTHER))

    step.tell(BODY, tries=1)

    body, headers = post.sent[0]
    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", FixedClock)
    for secret in (SECRET, OTHER):
        assert standardwebhooks.Webhook("whsec_" + secret).verify(body, headers) == EVENT
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(SECRET).verify(body.replace(b"alice", b"mallory"), headers)


class FixedClock(type(samples.NOW)):  # type: ignore[misc]
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return samples.NOW


@pytest.mark.parametrize("answer", [500, 503, 404, 410, 301, TimeoutError("slow"), ConnectionRefusedError("nobody")])
def test_whatever_is_not_taken_comes_again_later(answer: int | OSError) -> None:
    step, _ = webhook(answer)

    assert step.tell(BODY, tries=1) == 11


def test_pauses_grow_and_never_end_beyond_what_a_queue_can_wait() -> None:
    pauses = [webhook(500)[0].tell(BODY, tries) or 0 for tries in range(1, 9)]

    assert pauses == sorted(pauses)
    assert pauses[-1] == round(DELAYS[-1] * 1.1) <= 12 * 3600


def test_after_the_last_try_the_queue_puts_it_aside_at_once() -> None:
    assert webhook(500)[0].tell(BODY, tries=len(DELAYS) + 1) == 0
