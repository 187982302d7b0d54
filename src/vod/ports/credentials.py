"""What hands the probe and encoders rights for a while; `vod.aws` provides it on AWS, tests provide it in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from vod.plan.plan import SourceObject


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials of AWS; `expiration` is ISO 8601 (UTC)."""

    access_key: str
    secret_key: str
    session_token: str
    expiration: str


class RunTokens(Protocol):
    """The tokens by which tasks prove which run they are of. Only hashes are stored."""

    def add(self, video_id: str, run: str, digest: str) -> None:
        """Accept one more token of a run."""

    def accepted(self, video_id: str, run: str) -> frozenset[str]:
        """The hashes of the tokens that a run's tasks may show; none when the video is gone."""


class RunSessions(Protocol):
    """Sessions of the role of runs, each limited to one run by its tags."""

    def begin(self, name: str, tags: Mapping[str, str]) -> Credentials:
        """Credentials for what the role allows these tags; `name` stands in AWS's audit log."""


class RunAddresses(Protocol):
    """Presigned addresses, in the name of a session of the role of runs: none allows more than the session.

    They lack the session's token, which is long, and the same for all: whoever uses one adds it."""

    def plan(self, given: Credentials, key: str) -> bytes:
        """A run's plan itself."""

    def to_read(self, given: Credentials, key: str, source: SourceObject) -> tuple[str, str]:
        """Addresses of the plan of this key and of the source."""

    def to_store(self, given: Credentials, keys: tuple[str, ...]) -> dict[str, str]:
        """Addresses by key, each good for one object where there is none."""


class Addresses(Protocol):
    """Addresses of sources that whoever has them can read, for a while."""

    def of(self, source: SourceObject, seconds: int) -> str:
        """The address of exactly this version."""
