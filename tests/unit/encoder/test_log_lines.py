"""Lines of the encoder's log are JSON and say what they are about."""

import json
import logging

from vod.encoder.log_lines import JsonLines


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    told = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("vod.steps.encode", logging.WARNING, "f", 1, message, (), told)


def test_a_line_has_its_message_and_the_fields_of_its_task() -> None:
    line = json.loads(JsonLines(videoId="v", run="r", chunk=3).format(record("two\nlines")))

    assert (line["level"], line["message"], line["logger"]) == ("WARNING", "two\nlines", "vod.steps.encode")
    assert (line["videoId"], line["run"], line["chunk"]) == ("v", "r", 3)
    assert line["timestamp"].endswith("Z")


def test_an_error_comes_on_the_same_line() -> None:
    text = JsonLines().format(record("failed", ValueError("broken")))

    assert "\n" not in text
    assert "ValueError: broken" in json.loads(text)["exception"]
