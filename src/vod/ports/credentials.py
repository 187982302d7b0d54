"""What hands an encoder the rights of its own run; `vod.aws` provides it on AWS, tests provide it in memory."""

from dataclasses import dataclass
from typing import Protocol

from vod.frozen import Document


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
    """Sessions of the role that may encode any run, each limited to what a policy allows."""

    def begin(self, name: str, policy: Document) -> Credentials:
        """Credentials that can do what role and policy both allow; `name` stands in AWS's audit log."""
