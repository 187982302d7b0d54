"""Structured logs: one JSON object a line, with the video, run and execution that it is about."""

import logging

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from vod import keys

_PACKAGE = "vod"


def logger() -> Logger:
    """The logger of an entry point; what the steps log comes in the same shape, with the same keys."""
    made = Logger()
    steps = logging.getLogger(_PACKAGE)
    steps.propagate = False
    steps.handlers.clear()
    copy_config_to_registered_loggers(made, include={_PACKAGE})
    return made


def about(log: Logger, video_id: str, run: str) -> None:
    """Everything that is logged from here on in this invocation is about this run of this video."""
    log.append_keys(videoId=video_id, run=run, execution=keys.execution_name(video_id, run))
