"""Every alarm tells somebody what to do, looks at a figure that exists, and has its page in the runbook."""

import json
import re
from pathlib import Path

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource, Value

OPERATIONS = (parsed.REPOSITORY / "docs" / "operations.md").read_text()
ALARMS = parsed.resources("AWS::CloudWatch::Alarm")
BODY = parsed.TEMPLATES["stacks/monitoring/dashboard.yaml"]["Resources"]["Dashboard"]["Properties"]["DashboardBody"][
    "Fn::Sub"
]
WIDGETS = json.loads(re.sub(r"\$\{[\w:]+\}", "x", BODY))["widgets"]
each_alarm = pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)


def slug(alarm: Resource) -> str:
    return str(alarm.properties["AlarmName"]["Fn::Sub"].removeprefix("${RootStackName}-"))


def own_metrics() -> set[str]:
    """The names of the figures that our steps record."""
    steps = "\n".join(path.read_text() for path in Path(parsed.REPOSITORY, "src/vod/steps").glob("*.py"))
    return set(re.findall(r"metrics\.put\(\"(\w+)\"", steps))


@each_alarm
def test_an_alarm_tells_the_topic_and_says_when_it_is_over(alarm: Resource) -> None:
    assert alarm.properties["AlarmActions"] == alarm.properties["OKActions"] == [{"Ref": "AlertTopic"}]
    assert alarm.properties["TreatMissingData"] == "notBreaching"


@each_alarm
def test_an_alarm_says_what_to_do_and_where_to_read_on(alarm: Resource) -> None:
    assert alarm.properties["AlarmDescription"].endswith(f". More under {slug(alarm)} in docs/operations.md.")
    assert len(alarm.properties["AlarmDescription"]) <= 1024


def test_the_runbook_has_a_page_for_each_alarm_and_no_other() -> None:
    pages = re.findall(r"^### (\S+)$", OPERATIONS, re.M)

    assert sorted(pages) == sorted(map(slug, ALARMS))


@each_alarm
def test_an_alarm_of_ours_looks_at_a_figure_that_is_recorded(alarm: Resource) -> None:
    if alarm.properties["Namespace"] == "Vod":
        assert alarm.properties["MetricName"] in own_metrics()
        assert alarm.properties["Dimensions"] == [{"Name": "service", "Value": {"Ref": "RootStackName"}}]


def test_the_runbook_explains_every_figure_of_ours() -> None:
    assert {name for name in own_metrics() if f"`{name}`" not in OPERATIONS} == set()


def entries() -> list[Value]:
    return [entry for widget in WIDGETS for entry in widget["properties"].get("metrics", ())]


def test_the_dashboard_shows_every_figure_of_ours_but_the_raw_seconds() -> None:
    shown = {entry[1] for entry in entries() if entry[0] == "Vod"}
    searched = {found for entry in entries() for found in re.findall(r'MetricName="(\w+)"', str(entry[0]))}

    assert shown | searched == own_metrics() - {"TaskSeconds"}


def test_the_dashboard_s_widgets_do_not_overlap_and_fit_its_width() -> None:
    cells = [
        (x, y)
        for each in WIDGETS
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_dashboard_shows_alarms_that_are_always_there() -> None:
    (listed,) = (each["properties"]["alarms"] for each in WIDGETS if each["type"] == "alarm")
    always = {slug(alarm) for alarm in ALARMS if "Condition" not in alarm.definition}

    assert {arn.rsplit(":x-", 1)[1] for arn in listed} == always
