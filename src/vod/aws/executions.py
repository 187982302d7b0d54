"""The state machine in Step Functions."""

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from vod import keys
from vod.frozen import Document
from vod.ports.services import Running


class StepFunctions:
    """Executions of one state machine, named by the caller."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, name: str, payload: Document) -> bool:
        try:
            self._client.start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps(payload, sort_keys=True)
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return False
        return True

    def status(self, name: str) -> str | None:
        try:
            return str(self._client.describe_execution(executionArn=self._execution(name))["status"])
        except self._client.exceptions.ExecutionDoesNotExist:
            return None

    def running(self) -> Iterator[Running]:
        pages = self._client.get_paginator("list_executions").paginate(
            stateMachineArn=self._arn, statusFilter="RUNNING"
        )
        for page in pages:
            for found in page["executions"]:
                yield Running(*keys.execution_run(found["name"]), since=found["startDate"], id=found["name"])

    def _execution(self, name: str) -> str:
        return self._arn.replace(":stateMachine:", ":execution:") + f":{name}"

    def stop(self, name: str) -> None:
        arn = self._execution(name)
        try:
            self._client.stop_execution(executionArn=arn, error="Unwanted", cause="The video was deleted or cancelled.")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ExecutionDoesNotExist", "ValidationException"):
                raise
