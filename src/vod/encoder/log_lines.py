"""Log lines of the encoder: one JSON object each, in the shape of the functions' logs."""

import json
import logging
from datetime import UTC, datetime

from vod import clock


class JsonLines(logging.Formatter):
    """Formats a record with the fields that every line of this task carries."""

    def __init__(self, **fields: object) -> None:
        super().__init__()
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": clock.stamp(datetime.fromtimestamp(record.created, UTC)),
            "logger": record.name,
            **self._fields,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
