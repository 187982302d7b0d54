"""What whoever uploaded a video reads of FFmpeg's failure."""

import logging

import pytest

from vod.encoder.refusal import refusal
from vod.ffmpeg.runner import Finished


def test_ffmpegs_own_words_are_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    said = "[vf#0:0 @ 0x55d0c0ffee00] Error while filtering: Invalid data found when processing input"

    with caplog.at_level(logging.WARNING):
        told = refusal(Finished(183, ("before", said), 1.0))

    assert told.code == "encode_failed"
    assert "0x" not in told.message
    assert "Export it again" in told.message
    assert said in caplog.text
