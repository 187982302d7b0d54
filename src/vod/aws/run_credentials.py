"""The credentials of one run, for the encoder: asked of the function that hands them out, again before they end."""

import json
import time
from contextlib import suppress
from typing import Any

import boto3
from botocore.credentials import RefreshableCredentials
from botocore.session import get_session

from vod.aws import retry
from vod.aws.clients import client
from vod.errors import EncodeInterrupted, Unwanted

_ADVISORY_SECONDS, _MANDATORY_SECONDS = 300, 120
"""So long before they end new ones are asked for; from the second on, nothing goes on without them."""


def use(function: str, video_id: str, run: str, token: str) -> None:
    """Every client made from now on acts with these rights alone. Unwanted when the run is over."""
    own = client("lambda")

    def ask() -> dict[str, str]:
        return _asked(own, function, {"videoId": video_id, "run": run, "token": token})

    session = get_session()
    renewed = RefreshableCredentials.create_from_metadata(
        ask(), ask, "vod-run", advisory_timeout=_ADVISORY_SECONDS, mandatory_timeout=_MANDATORY_SECONDS
    )
    session._credentials = renewed  # type: ignore[attr-defined]
    boto3.setup_default_session(botocore_session=session)


def _invoked(functions: Any, function: str, question: bytes) -> Any:
    """The function's answer; EncodeInterrupted where it fails, or is throttled, every time."""
    for pause in (*retry.delays(), 0.0):
        with suppress(functions.exceptions.TooManyRequestsException):
            answer = functions.invoke(FunctionName=function, Payload=question)
            if "FunctionError" not in answer:
                return answer
        time.sleep(pause)
    raise EncodeInterrupted("the function that hands out credentials failed")


def _asked(functions: Any, function: str, question: dict[str, str]) -> dict[str, str]:
    """What botocore wants of credentials; nothing of an answer stands in an error."""
    answer = _invoked(functions, function, json.dumps(question).encode())
    given = json.loads(answer["Payload"].read())
    if given["outcome"] != "granted":
        raise Unwanted
    return {
        "access_key": given["accessKey"],
        "secret_key": given["secretKey"],
        "token": given["sessionToken"],
        "expiry_time": given["expiration"],
    }
