"""The sample events for `sam local invoke` are what the functions really receive."""

import json
from typing import Any

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource
from vod.money.cost import ended_task
from vod.plan.plan import SourceObject
from vod.source.probe import Probe
from vod.steps.advance import noted
from vod.steps.dispatch import arrivals

EVENTS = {path.stem: json.loads(path.read_text()) for path in sorted((parsed.REPOSITORY / "events").glob("*.json"))}


def stem(function: Resource) -> str:
    return str(function.properties["Handler"].removesuffix(".handler"))


def test_every_function_has_one() -> None:
    assert EVENTS.keys() == {stem(function) for function in parsed.functions()}


@pytest.mark.parametrize("function", parsed.functions(), ids=lambda function: function.name)
def test_a_request_is_for_a_route_of_its_function(function: Resource) -> None:
    events = function.properties.get("Events", {}).values()
    routes = {(each["Properties"]["Method"], each["Properties"]["Path"]) for each in events if each["Type"] == "Api"}

    if routes:
        assert (EVENTS[stem(function)]["httpMethod"], EVENTS[stem(function)]["resource"]) in routes


def test_the_message_tells_of_an_uploaded_source() -> None:
    messages = [json.loads(record["body"]) for record in EVENTS["dispatch"]["Records"]]

    assert [arrival.size for message in messages for arrival in arrivals(message)] == [EVENTS["probe"]["declaredSize"]]


@pytest.mark.parametrize(
    "event", [EVENTS["sign"], EVENTS["probe"], EVENTS["plan"], json.loads(EVENTS["fail"]["detail"]["input"])]
)
def test_a_step_names_its_video_run_and_source(event: dict[str, Any]) -> None:
    assert {"videoId", "run"} <= event.keys()
    assert SourceObject.model_validate(event["source"]).size > 0


def test_the_probe_gets_what_was_signed() -> None:
    assert EVENTS["sign"]["source"] == EVENTS["probe"]["source"]
    assert EVENTS["probe"]["source"]["key"] in EVENTS["probe"]["signed"]["url"]


def test_the_stream_tells_of_a_chunk_of_the_same_run() -> None:
    assert noted(EVENTS["advance"]) == [(EVENTS["plan"]["videoId"], EVENTS["plan"]["run"])]


def test_the_ended_task_is_one_of_the_same_run() -> None:
    task = ended_task(EVENTS["spend"]["detail"])

    assert task and (task.video_id, task.run) == (EVENTS["plan"]["videoId"], EVENTS["plan"]["run"])
    assert (task.seconds, task.is_spot, task.day) == (125, True, "2026-11-22")


def test_the_plan_gets_a_probe() -> None:
    assert Probe.model_validate(EVENTS["plan"]["probe"]).video.width == 1920
