"""Upload tokens: the owner of a video lets somebody without an account send its file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vod import clock
from vod.access import upload_token
from vod.access.caller import Caller
from vod.access.upload_token import UploadToken
from vod.errors import Conflict
from vod.ports.identities import UploadTokens
from vod.ports.services import Videos
from vod.record.status import Status

VALIDITY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Inviting:
    """Everything the step needs."""

    videos: Videos
    tokens: UploadTokens
    now: Callable[[], datetime] = clock.now

    def invite(self, caller: Caller, video_id: str) -> tuple[str, str]:
        """A token with which the file of a video may be sent, and when it ends (ISO 8601)."""
        video = caller.allowed(self.videos.get(video_id))
        if video.status is not Status.AWAITING_UPLOAD:
            raise Conflict("wrong_status", f"The upload has ended: the video is {video.status}.")
        ends = self.now() + VALIDITY
        token_id, shown = upload_token.new()
        self.tokens.put(UploadToken(token_id, video.id, video.owner, int(ends.timestamp())))
        return shown, clock.stamp(ends)
