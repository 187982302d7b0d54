"""Why an encode that FFmpeg did not bring to its end is refused."""

import logging

from vod.encoder.report import Refusal
from vod.errors import ENCODE_FAILED, SourceRefused
from vod.ffmpeg.runner import Finished

logger = logging.getLogger(__name__)


def refusal(finished: Finished) -> Refusal:
    """The reason for the report, from how FFmpeg ended."""
    if finished.exceeded:
        refused = SourceRefused("too_complex", f"more than {finished.exceeded}")
        return Refusal(code=refused.code, message=refused.message)
    # FFmpeg's own lines name filters and addresses in memory: they help whoever reads the log, not who uploaded.
    logger.warning("FFmpeg exit %d: %s", finished.exit_code, finished.complaints[-1:] or "no complaint")
    message = "The video could not be decoded to its end. Export it again, then upload it anew."
    return Refusal(code=ENCODE_FAILED, message=message)
