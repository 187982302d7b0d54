from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests import samples
from tests.fakes import FakeRunTokens, FakeVideos
from vod.plan.objects import stored_keys
from vod.plan.plan import SourceObject
from vod.ports.credentials import Credentials
from vod.record.status import Status
from vod.record.video import Remake, Source, Video
from vod.steps.credentials import UNWANTED, Granting, digest, tags

TOKEN = "the token"


@dataclass
class FakeSessions:
    begun: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def begin(self, name: str, tags: Mapping[str, str]) -> Credentials:
        self.begun.append((name, tags))
        return Credentials("key", "secret", "session", "2026-01-01T00:15:00.000Z")


@dataclass
class FakeAddresses:
    plan_key: str = ""

    def plan(self, given: Credentials, key: str) -> bytes:
        self.plan_key = key
        return samples.plan().model_dump_json().encode()

    def to_read(self, given: Credentials, key: str, source: SourceObject) -> tuple[str, str]:
        return f"read {key}", f"read {source.key}"

    def to_store(self, given: Credentials, keys: tuple[str, ...]) -> dict[str, str]:
        return {key: f"{given.access_key} stores {key}" for key in keys}


def granting(video: Video | None) -> Granting:
    tokens = FakeRunTokens({(samples.VIDEO_ID, samples.RUN): {digest(TOKEN)}})
    return Granting(FakeVideos({video.id: video} if video else {}), tokens, FakeSessions(), FakeAddresses())


def transcoding(**changes: object) -> Video:
    source = Source(f"uploads/{samples.VIDEO_ID}/source", "v1", 8)
    return replace(samples.video(Status.TRANSCODING, source=source), **changes)  # type: ignore[arg-type]


def test_a_task_is_handed_the_rights_of_its_run() -> None:
    step = granting(transcoding())

    answer = step.grant(samples.VIDEO_ID, samples.RUN, TOKEN)

    assert answer == {
        "outcome": "granted",
        "accessKey": "key",
        "secretKey": "secret",
        "sessionToken": "session",
        "expiration": "2026-01-01T00:15:00.000Z",
    }
    assert isinstance(step.sessions, FakeSessions)
    ((name, given),) = step.sessions.begun
    assert name == f"{samples.VIDEO_ID}-{samples.RUN}"
    assert given == {"video": samples.VIDEO_ID, "run": samples.RUN, "version": "v1"}


def test_a_function_is_handed_addresses_of_its_chunk() -> None:
    answer = granting(transcoding()).addresses(samples.VIDEO_ID, samples.RUN, TOKEN, 0)

    key = f"jobs/{samples.VIDEO_ID}/{samples.RUN}/plan.json"
    plan = samples.plan()
    assert answer == {
        "outcome": "granted",
        "session": "session",
        "plan": f"read {key}",
        "source": f"read {plan.source.key}",
        "store": {key: f"key stores {key}" for key in stored_keys(plan, plan.chunks[0])},
    }


def test_another_token_and_a_run_that_is_over_get_nothing() -> None:
    assert granting(transcoding()).grant(samples.VIDEO_ID, samples.RUN, "another") == UNWANTED
    assert granting(transcoding()).grant(samples.VIDEO_ID, "0" * 12, TOKEN) == UNWANTED
    assert granting(None).grant(samples.VIDEO_ID, samples.RUN, TOKEN) == UNWANTED
    assert granting(transcoding()).addresses(samples.VIDEO_ID, samples.RUN, "another", 0) == UNWANTED
    for status in (Status.READY, Status.CANCELLED, Status.FAILED, Status.DELETING):
        assert granting(samples.video(status)).grant(samples.VIDEO_ID, samples.RUN, TOKEN) == UNWANTED
    assert granting(transcoding(run="0" * 12)).grant(samples.VIDEO_ID, samples.RUN, TOKEN) == UNWANTED


def test_one_rendition_that_is_made_anew_is_all_that_its_run_writes_of_what_is_watched() -> None:
    remake = Remake(run="c" * 12, rendition="v360", queued_at="2026-01-02T00:00:00.000Z")
    ready = replace(samples.video(Status.READY), remake=remake)

    given = tags(ready, "c" * 12)

    assert given["run"] == "c" * 12
    assert (given["stored"], given["track"]) == (samples.RUN, "v360_cccccc")
