import json
from dataclasses import dataclass, field, replace

from tests import samples
from tests.fakes import FakeRunTokens, FakeVideos
from vod.frozen import Document
from vod.ports.credentials import Credentials
from vod.record.status import Status
from vod.record.video import Remake, Source, Video
from vod.steps.credentials import UNWANTED, Granting, Places, digest, policy

PLACES = Places(sources="arn:aws:s3:::in", output="arn:aws:s3:::out", table="arn:aws:dynamodb:::table/t")
TOKEN = "the token"
LIMIT = 2048
"""Of a session policy: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""


@dataclass
class FakeSessions:
    begun: list[tuple[str, Document]] = field(default_factory=list)

    def begin(self, name: str, policy: Document) -> Credentials:
        self.begun.append((name, policy))
        return Credentials("key", "secret", "session", "2026-01-01T00:15:00.000Z")


def granting(video: Video | None) -> Granting:
    tokens = FakeRunTokens({(samples.VIDEO_ID, samples.RUN): {digest(TOKEN)}})
    return Granting(FakeVideos({video.id: video} if video else {}), tokens, FakeSessions(), PLACES)


def transcoding(**changes: object) -> Video:
    return replace(samples.video(Status.TRANSCODING), **changes)  # type: ignore[arg-type]


def allowed(made: Document) -> dict[str, list[str]]:
    """Resources by action, without the places' names."""
    listed = {each["Action"]: each["Resource"] for each in made["Statement"]}
    return {action: [found] if isinstance(found, str) else found for action, found in listed.items()}


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
    assert given == policy(PLACES, transcoding(), samples.RUN)


def test_another_token_and_a_run_that_is_over_get_nothing() -> None:
    assert granting(transcoding()).grant(samples.VIDEO_ID, samples.RUN, "another") == UNWANTED
    assert granting(transcoding()).grant(samples.VIDEO_ID, "0" * 12, TOKEN) == UNWANTED
    assert granting(None).grant(samples.VIDEO_ID, samples.RUN, TOKEN) == UNWANTED
    for status in (Status.READY, Status.CANCELLED, Status.FAILED, Status.DELETING):
        assert granting(samples.video(status)).grant(samples.VIDEO_ID, samples.RUN, TOKEN) == UNWANTED
    assert granting(transcoding(run="0" * 12)).grant(samples.VIDEO_ID, samples.RUN, TOKEN) == UNWANTED


def test_the_policy_names_the_run_and_what_encoders_write() -> None:
    served, jobs = (f"arn:aws:s3:::out/{kind}/{samples.VIDEO_ID}/{samples.RUN}/" for kind in ("videos", "jobs"))

    rights = allowed(policy(PLACES, transcoding(), samples.RUN))

    assert rights["s3:PutObject"] == [
        f"{jobs}report-*.json",
        f"{jobs}so-far-*.json",
        f"{served}*/init.mp4",
        f"{served}*/*.m4s",
        f"{served}*/subtitles.vtt",
        f"{served}storyboard/*.jpg",
        f"{served}poster.jpg",
    ]
    assert rights["s3:GetObject"] == [f"{jobs}plan.json", f"{served}*"]


def test_one_rendition_that_is_made_anew_is_all_that_its_run_writes() -> None:
    remake = Remake(run="c" * 12, rendition="v360", queued_at="2026-01-02T00:00:00.000Z")
    ready = replace(samples.video(Status.READY), remake=remake)

    rights = allowed(policy(PLACES, ready, "c" * 12))

    jobs = f"arn:aws:s3:::out/jobs/{samples.VIDEO_ID}/{'c' * 12}/"
    track = f"arn:aws:s3:::out/videos/{samples.VIDEO_ID}/{samples.RUN}/v360_cccccc/"
    assert rights["s3:PutObject"] == [
        f"{jobs}report-*.json",
        f"{jobs}so-far-*.json",
        f"{track}init.mp4",
        f"{track}*.m4s",
    ]


def test_any_name_of_a_source_fits_a_policy_and_only_its_version_is_read() -> None:
    for key in (
        "ingest/Мой фильм.mp4",
        "ingest/*.mp4",
        "ingest/${aws:userid}?",
        "ingest/" + "é" * 500,
        "i/" + "a" * 1000,
    ):
        made = policy(PLACES, transcoding(source=Source(key, "v1", 8)), samples.RUN)

        (read,) = (each for each in made["Statement"] if each["Action"] == "s3:GetObjectVersion")
        assert read["Condition"] == {"StringEquals": {"s3:VersionId": "v1"}}
        text = json.dumps(made, separators=(",", ":"))
        assert len(text) <= LIMIT
        assert text.isascii()
        assert not {"$", "?", "{"} & set(read["Resource"])
