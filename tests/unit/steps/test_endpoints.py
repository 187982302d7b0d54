import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import standardwebhooks

from tests import samples
from tests.fakes import FakeDeliveries, FakeEndpoints, FakeEndpointSecrets, FakeOutbox, FakeVideos
from vod import clock
from vod.access.caller import Caller
from vod.access.endpoint import PATIENCE
from vod.errors import Conflict, InvalidRequest, NotFound
from vod.record.status import Status
from vod.steps import endpoints
from vod.steps.endpoints import Subscribing
from vod.steps.notify import Notifying, told
from vod.steps.post import Sending
from vod.steps.webhook import DELAYS

ANN, BOB = Caller("ann"), Caller("bob")
URL = "https://example.com/hook"
LAST = len(DELAYS) + 1
EVENT = {"event": "VideoReady", "id": "e-1", "videoId": samples.VIDEO_ID, "owner": "ann", "run": samples.RUN}


@dataclass
class FakePosting:
    """Addresses that answer as they are told, else 204."""

    answers: list[int | OSError] = field(default_factory=list)
    sent: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def to(self, url: str) -> "FakeAddress":
        return FakeAddress(self, url)


@dataclass
class FakeAddress:
    posting: FakePosting
    url: str

    def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        self.posting.sent.append((self.url, body, headers))
        answer = self.posting.answers.pop(0) if self.posting.answers else 204
        if isinstance(answer, OSError):
            raise answer
        return answer


class World:
    def __init__(self, *answers: int | OSError) -> None:
        self.now = samples.NOW
        self.endpoints, self.secrets, self.deliveries, self.outbox = (
            FakeEndpoints(),
            FakeEndpointSecrets(),
            FakeDeliveries(),
            FakeOutbox(),
        )
        video = samples.video(Status.READY, title="Rome", external_id="o-1", metadata={"a": "b"})
        self.posting = FakePosting(list(answers))
        self.step = Subscribing(self.endpoints, self.secrets, self.deliveries, self.outbox, now=self.time)
        self.notifying = Notifying(
            FakeVideos({video.id: video}), self.endpoints, self.deliveries, self.outbox, self.time
        )
        self.sending = Sending(self.endpoints, self.secrets, self.deliveries, self.posting, self.time)

    def time(self) -> datetime:
        return self.now

    def made(self, caller: Caller = ANN, *names: str) -> tuple[str, str]:
        shown, secret = self.step.create(caller, URL, names or ("VideoReady", "VideoFailed"))
        return shown["id"], secret

    def send(self, tries: int = 1) -> int | None:
        endpoint_id, delivery_id = self.outbox.waiting[-1]
        return self.sending.send(endpoint_id, delivery_id, tries)


def test_an_event_goes_signed_to_those_of_its_owner_that_asked_for_it() -> None:
    world = World()
    mine, _ = world.made()
    world.made(ANN, "VideoFailed")
    world.made(BOB)

    assert world.notifying.notify(EVENT) == 1
    assert world.send() is None

    ((url, body, headers),) = world.posting.sent
    assert url == URL
    said = json.loads(body)
    assert said == {
        **EVENT,
        "time": clock.stamp(samples.NOW),
        "title": "Rome",
        "status": "ready",
        "externalId": "o-1",
        "metadata": {"a": "b"},
    }
    assert headers["webhook-id"] == "e-1"
    (logged,) = world.step.log(ANN, mine)
    assert (logged["state"], logged["tries"], logged["status"], logged["event"]) == ("delivered", 1, 204, "VideoReady")


def test_what_is_signed_is_signed_with_the_secret_that_was_shown() -> None:
    world = World()
    world.now = datetime.now(samples.NOW.tzinfo)
    endpoint_id, first = world.made()
    second = world.step.renew(ANN, endpoint_id)
    world.notifying.notify(EVENT)
    world.send()

    ((_, body, headers),) = world.posting.sent
    assert standardwebhooks.Webhook(second).verify(body.decode(), dict(headers))["id"] == "e-1"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(first).verify(body.decode(), dict(headers))


def test_what_is_not_taken_is_sent_again_and_at_last_given_up_and_can_be_sent_again_by_hand() -> None:
    world = World(*[500] * LAST)
    endpoint_id, _ = world.made()
    world.notifying.notify(EVENT)

    pauses = [world.send(tries) for tries in range(1, LAST + 1)]

    assert [pause is not None and pause >= DELAYS[at] for at, pause in enumerate(pauses[:-1])] == [True] * len(DELAYS)
    assert pauses[-1] is None
    (logged,) = world.step.log(ANN, endpoint_id)
    assert (logged["state"], logged["tries"], logged["status"]) == ("failed", LAST, 500)
    assert world.step.listed(ANN)[0]["failingSince"] == clock.stamp(samples.NOW)

    assert world.step.again(ANN, endpoint_id, logged["id"])["state"] == "pending"
    assert world.outbox.waiting[-1] == (endpoint_id, logged["id"])
    assert world.send() is None
    assert world.step.log(ANN, endpoint_id)[0]["state"] == "delivered"
    assert world.step.listed(ANN)[0]["failingSince"] is None
    with pytest.raises(NotFound):
        world.step.again(ANN, endpoint_id, "1767323055678-000000000000")


def test_who_answers_nothing_for_days_is_switched_off_and_can_be_switched_on() -> None:
    world = World(OSError("no"), OSError("no"), OSError("no"))
    endpoint_id, _ = world.made()
    world.notifying.notify(EVENT)
    assert world.send() is not None
    world.now += PATIENCE - timedelta(seconds=1)
    world.send(LAST)
    assert world.step.listed(ANN)[0]["isOn"]
    world.now += timedelta(seconds=1)
    world.notifying.notify(EVENT)
    world.send(LAST)

    (shown,) = world.step.listed(ANN)
    assert (shown["isOn"], shown["failingSince"], shown["offSince"]) == (
        False,
        clock.stamp(samples.NOW),
        clock.stamp(world.now),
    )
    assert world.notifying.notify(EVENT) == 0
    assert world.send() is None  # what waits is dropped
    assert world.step.log(ANN, endpoint_id)[0]["state"] == "failed"
    assert len(world.posting.sent) == 3

    shown = world.step.change(ANN, endpoint_id, None, None, True)
    assert (shown["isOn"], shown["failingSince"], shown["offSince"]) == (True, None, None)
    assert world.notifying.notify(EVENT) == 1


def test_who_failed_weeks_ago_is_not_switched_off_by_one_more_try() -> None:
    world = World(OSError("no"), OSError("no"), OSError("no"))
    world.made()
    world.notifying.notify(EVENT)
    world.send(LAST)
    world.now += timedelta(weeks=5)
    world.notifying.notify(EVENT)

    world.send()
    assert world.step.listed(ANN)[0]["isOn"]

    world.send(LAST)
    assert not world.step.listed(ANN)[0]["isOn"]


def test_an_endpoint_is_its_owner_s() -> None:
    world = World()
    endpoint_id, _ = world.made()

    assert world.step.listed(BOB) == []
    for forbidden in (
        lambda: world.step.change(BOB, endpoint_id, None, None, False),
        lambda: world.step.renew(BOB, endpoint_id),
        lambda: world.step.remove(BOB, endpoint_id),
        lambda: world.step.log(BOB, endpoint_id),
        lambda: world.step.again(BOB, endpoint_id, "x"),
    ):
        with pytest.raises(NotFound):
            forbidden()
    world.notifying.notify(EVENT)
    world.step.remove(ANN, endpoint_id)
    world.step.remove(ANN, endpoint_id)
    assert (world.step.listed(ANN), world.secrets.kept, world.send()) == ([], {}, None)


@pytest.mark.parametrize("url", ["http://example.com/", "https://u:p@example.com/", "file:///x", "https://"])
def test_an_address_that_is_not_allowed_is_refused(url: str) -> None:
    world = World()
    endpoint_id, _ = world.made()

    with pytest.raises(InvalidRequest):
        world.step.create(ANN, url, ("VideoReady",))
    with pytest.raises(InvalidRequest):
        world.step.change(ANN, endpoint_id, url, None, None)
    assert world.step.listed(ANN)[0]["url"] == URL


def test_one_owner_has_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST", 2)
    world = World()
    world.made()
    world.made()

    with pytest.raises(Conflict, match="Delete one"):
        world.made()
    world.made(BOB)


def test_an_event_of_a_video_that_is_gone_is_told_all_the_same() -> None:
    world = World()
    world.made()
    notifying = replace(world.notifying, videos=FakeVideos())

    assert notifying.notify(EVENT) == 1
    world.send()
    assert json.loads(world.posting.sent[0][1])["status"] == "deleted"


def test_events_come_as_sns_sends_them() -> None:
    assert told({"Records": [{"Sns": {"Message": json.dumps(EVENT)}}]}) == [EVENT]
