"""Credentials: an encoder is handed the rights of its own run, and no others, while the run is wanted.

A task gets keys; its own role may only ask for them. A function gets addresses of what its chunk needs and stores. Both
prove which run they are of by the token that the plan gave its execution.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from vod import keys
from vod.frozen import Document
from vod.plan import objects
from vod.plan.plan import Plan
from vod.ports.credentials import Credentials, RunAddresses, RunSessions, RunTokens
from vod.ports.services import Videos
from vod.record.video import Video

UNWANTED: Document = {"outcome": "unwanted"}


@dataclass(frozen=True, slots=True)
class Granting:
    """Everything the step needs."""

    videos: Videos
    tokens: RunTokens
    sessions: RunSessions
    signing: RunAddresses

    def grant(self, video_id: str, run: str, token: str) -> Document:
        """`{"outcome": "granted", "accessKey", "secretKey", "sessionToken", "expiration"}`, or `UNWANTED`: the token is
        none of this run, or the run is over."""
        given = self._begun(video_id, run, token)
        if given is None:
            return UNWANTED
        return {
            "outcome": "granted",
            "accessKey": given.access_key,
            "secretKey": given.secret_key,
            "sessionToken": given.session_token,
            "expiration": given.expiration,
        }

    def addresses(self, video_id: str, run: str, token: str, chunk: int) -> Document:
        """`{"outcome": "granted", "session", "plan", "source", "store"}`, or `UNWANTED`: the addresses under which one
        chunk's function reads its plan and source, and stores its objects (by key), all without the session's token."""
        given = self._begun(video_id, run, token)
        if given is None:
            return UNWANTED
        key = keys.plan_key(video_id, run)
        plan = Plan.model_validate_json(self.signing.plan(given, key)).of_encoders
        planned, source = self.signing.to_read(given, key, plan.source)
        store = self.signing.to_store(given, objects.stored_keys(plan, plan.chunk(chunk)))
        return {
            "outcome": "granted",
            "session": given.session_token,
            "plan": planned,
            "source": source,
            "store": store,
        }

    def _begun(self, video_id: str, run: str, token: str) -> Credentials | None:
        accepted = self.tokens.accepted(video_id, run)
        if not any(hmac.compare_digest(digest(token), known) for known in accepted):
            return None
        video = self.videos.get(video_id)
        if video is None or not video.is_encoded_in(run):
            return None
        return self.sessions.begin(keys.execution_name(video_id, run), tags(video, run))


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def tags(video: Video, run: str) -> dict[str, str]:
    """What the role of runs (RunRole in stacks/encoder.yaml) allows a session by its tags. Pure.

    A rendition that is made anew is stored with the run that is watched (`stored`), in a track of its own."""
    made = {"video": video.id, "run": run, "version": video.source.version or ""}
    if (remake := video.remade_now) and video.run:
        made |= {"stored": video.run, "track": keys.remade_track(remake.rendition, remake.run)}
    return made
