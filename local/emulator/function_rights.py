"""What Lambda does in the name of a function's role beside its code: its log and its traces."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from local.emulator import iam

LOG = logging.getLogger("local.lambdas")
LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def own_rights(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(action, resource) for each right that a function needs for its log and, if it is traced, its traces."""
    region, account = config["FunctionArn"].split(":")[3:5]
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    for action in LOGS:
        yield action, f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:local"
    if (config.get("TracingConfig") or {}).get("Mode") == "Active":
        yield from ((action, "*") for action in TRACES)


def check_own_rights(config: Mapping[str, Any]) -> None:
    """Say in the emulator's log what a function lacks; as on AWS it works on, without its log or its traces."""
    for action, resource in own_rights(config):
        try:
            iam.require(config["Role"], action, resource, session=config["FunctionName"])
        except iam.AccessDenied:
            LOG.warning("%s has no log or no traces", config["FunctionName"])
