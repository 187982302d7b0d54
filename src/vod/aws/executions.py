"""The state machine in Step Functions."""

import json
from typing import Any

from botocore.exceptions import ClientError

from vod.model import Document


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

    def stop(self, name: str) -> None:
        arn = self._arn.replace(":stateMachine:", ":execution:") + f":{name}"
        try:
            self._client.stop_execution(executionArn=arn, error="Unwanted", cause="The video was deleted or cancelled.")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ExecutionDoesNotExist", "ValidationException"):
                raise
