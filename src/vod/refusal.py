"""Why an encode that FFmpeg did not bring to its end is refused."""

from vod.errors import SourceRefused
from vod.ffmpeg_process import Finished
from vod.report import Refusal

ENCODE_FAILED = "encode_failed"
"""A file that looked good and could not be decoded to its end."""


def refusal(finished: Finished) -> Refusal:
    """The reason for the report, from how FFmpeg ended."""
    if finished.exceeded:
        refused = SourceRefused("too_complex", f"more than {finished.exceeded}")
        return Refusal(code=refused.code, message=refused.message)
    last = finished.complaints[-1] if finished.complaints else "it gave no reason"
    why = f"FFmpeg exit {finished.exit_code}: {last}"
    message = f"The video could not be encoded to its end ({why}). Export it again, then upload it anew."
    return Refusal(code=ENCODE_FAILED, message=message)
