"""Structured logs: one JSON object a line, with the video, run and execution that it is about."""

import logging

from aws_lambda_powertools import Logger

from vod import keys

_PACKAGE = "vod"
_TALKATIVE = ("aws_lambda_powertools", "boto3", "botocore", "s3transfer", "urllib3")
"""With LogLevel=DEBUG Lambda sets the root logger to DEBUG, at which these log keys, tokens and signed addresses."""


def logger() -> Logger:
    """The logger of an entry point, named like the package: what the steps log comes in its shape, with its keys."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO)
    return Logger(service=_PACKAGE)


def of_the_whole_process() -> None:
    """Lines of other libraries come in the same shape, with the same keys."""
    ours = logging.getLogger(_PACKAGE)
    ours.propagate = False
    logging.basicConfig(level=logging.INFO, handlers=ours.handlers)


def about(log: Logger, video_id: str, run: str) -> None:
    """Everything that is logged from here on in this invocation is about this run of this video."""
    log.append_keys(videoId=video_id, run=run, execution=keys.execution_name(video_id, run))
