"""Credentials: a task of the encoder is handed the rights of its own run, and no others, while the run is wanted.

The task's own role may only ask for them. It proves which run it is of by the token that the plan gave its execution.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from vod import keys
from vod.frozen import Document
from vod.ports.credentials import RunSessions, RunTokens
from vod.ports.services import Videos
from vod.record.video import Video

UNWANTED: Document = {"outcome": "unwanted"}
_LONGEST_KEY = 200
"""A session policy holds 2,048 characters; the version alone names the source already."""


@dataclass(frozen=True, slots=True)
class Places:
    """ARNs of what runs read and write."""

    sources: str
    output: str
    table: str


@dataclass(frozen=True, slots=True)
class Granting:
    """Everything the step needs."""

    videos: Videos
    tokens: RunTokens
    sessions: RunSessions
    places: Places

    def grant(self, video_id: str, run: str, token: str) -> Document:
        """`{"outcome": "granted", "accessKey", "secretKey", "sessionToken", "expiration"}`, or `UNWANTED`: the token is
        none of this run, or the run is over."""
        accepted = self.tokens.accepted(video_id, run)
        if not any(hmac.compare_digest(digest(token), known) for known in accepted):
            return UNWANTED
        video = self.videos.get(video_id)
        if video is None or not video.is_encoded_in(run):
            return UNWANTED
        given = self.sessions.begin(keys.execution_name(video_id, run), policy(self.places, video, run))
        return {
            "outcome": "granted",
            "accessKey": given.access_key,
            "secretKey": given.secret_key,
            "sessionToken": given.session_token,
            "expiration": given.expiration,
        }


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def policy(places: Places, video: Video, run: str) -> Document:
    """The session policy of a run: its source, its own objects of the names that encoders write, its progress. Pure."""
    remake = video.remade_now
    prefix = f"{places.output}/{keys.run_prefix(video.id, video.run if remake and video.run else run)}"
    jobs = f"{places.output}/{keys.jobs_prefix(video.id)}{run}/"
    track = keys.remade_track(remake.rendition, remake.run) if remake else "*"
    written = [prefix + name for name in _names(track)]
    version = {"StringEquals": {"s3:VersionId": video.source.version}} if video.source.version else None
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("s3:GetObjectVersion", f"{places.sources}/{_pattern(video.source.key)}", version),
            _allow("s3:GetObject", [f"{jobs}plan.json", f"{prefix}*"]),
            _allow("s3:PutObject", [f"{jobs}report-*.json", f"{jobs}so-far-*.json", *written]),
            _allow("dynamodb:GetItem", places.table, _leading(keys.record_partition(video.id))),
            _allow("dynamodb:UpdateItem", places.table, _leading(keys.progress_partition(video.id))),
        ],
    }


def _names(track: str) -> Iterator[str]:
    """What encoders store below a run's prefix; a rendition that is made anew has its track alone."""
    yield from (keys.init_name(track), f"{track}/*.m4s")
    if track == "*":
        yield from (f"{track}/subtitles.vtt", "storyboard/*.jpg", keys.POSTER_NAME)


def _pattern(key: str) -> str:
    """A key as IAM's pattern: policies hold Latin letters only, and some of them mean something."""
    plain = re.sub(r"[^A-Za-z0-9!_.'()/ -]+", "*", key)
    return plain if len(plain) <= _LONGEST_KEY else plain[:_LONGEST_KEY] + "*"


def _leading(partition: str) -> Document:
    return {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [partition]}}


def _allow(action: str, resource: str | list[str], condition: Document | None = None) -> Document:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | ({"Condition": condition} if condition else {})
