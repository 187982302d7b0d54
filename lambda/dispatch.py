"""Entry point: S3 events from the queue become executions."""

import json
import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from vod.aws import logs
from vod.steps.dispatch import arrivals
from vod.wiring import on_event

logger = logs.logger()
_dispatch = on_event.dispatch(os.environ)
# An event that fails is tried again alone; the others of its batch are done.
_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def _receive(record: SQSRecord) -> None:
    for arrival in arrivals(json.loads(record.body)):
        _dispatch.dispatch(arrival)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Dispatch a batch; answers which messages to deliver again."""
    if "warm" in event:
        return {}
    return process_partial_response(event=event, record_handler=_receive, processor=_processor, context=context)
