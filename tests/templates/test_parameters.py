"""Parameters are described and bounded, and values flow to nested stacks and back by names that exist."""

import re

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource, Value

BOUNDS = {"AllowedValues", "AllowedPattern", "MinValue", "MaxValue", "MinLength", "MaxLength"}
COUNTS = {
    "FunctionLaneConcurrency",
    "MaxConcurrentChunks",
    "MaxRunningVideos",
    "MaxRunningVideosPerOwner",
    "RequestsPerFiveMinutes",
    "RequestsPerMinutePerKey",
}
UNIT = re.compile(r"(In(Seconds|Minutes|Hours|Days|Usd)|GiB|MiB)$")
PARAMETERS = [
    (path, name, definition)
    for path, template in parsed.TEMPLATES.items()
    for name, definition in template.get("Parameters", {}).items()
]
each_nested = pytest.mark.parametrize("stack", parsed.nested(), ids=lambda stack: stack.name)


def each(*kinds: str) -> pytest.MarkDecorator:
    """One test per parameter, of some types or of every type."""
    chosen = [
        pytest.param(*found, id=":".join(found[:2])) for found in PARAMETERS if not kinds or found[2]["Type"] in kinds
    ]
    return pytest.mark.parametrize(("path", "name", "definition"), chosen)


@each()
def test_a_parameter_says_what_it_is_and_what_it_may_be(path: str, name: str, definition: Value) -> None:
    assert definition["Description"]
    assert BOUNDS & definition.keys()


@each("Number")
def test_a_number_has_both_bounds_and_names_its_unit(path: str, name: str, definition: Value) -> None:
    assert "AllowedValues" in definition or {"MinValue", "MaxValue"} <= definition.keys()
    assert UNIT.search(name) or name in COUNTS


def test_every_root_parameter_has_a_default() -> None:
    parameters = parsed.ROOT_TEMPLATE["Parameters"]

    assert [name for name, definition in parameters.items() if "Default" not in definition] == []


@each_nested
def test_a_nested_stack_gets_exactly_its_parameters(stack: Resource) -> None:
    declared = parsed.template_of(stack.name).get("Parameters", {})

    assert stack.properties.get("Parameters", {}).keys() == declared.keys()


@each_nested
def test_a_nested_stack_takes_whatever_the_root_parameter_allows(stack: Resource) -> None:
    declared = parsed.template_of(stack.name).get("Parameters", {})
    for name, value in stack.properties.get("Parameters", {}).items():
        outer = (
            parsed.TEMPLATES[stack.template]["Parameters"].get(value.get("Ref"), {}) if isinstance(value, dict) else {}
        )
        assert _admits(declared[name], outer), name


def _admits(inner: Value, outer: Value) -> bool:
    values = outer.get("AllowedValues", [outer[bound] for bound in ("MinValue", "MaxValue") if bound in outer])
    numbers = [value for value in values if isinstance(value, int)]
    return (set(values) <= set(inner.get("AllowedValues", values))) and all(
        inner.get("MinValue", value) <= value <= inner.get("MaxValue", value) for value in numbers
    )


def test_every_output_that_is_asked_for_exists() -> None:
    asked = [(stack.name, name) for stack in parsed.nested() for name in _outputs_asked_of(stack)]

    assert asked
    assert [(stack, name) for stack, name in asked if name not in parsed.template_of(stack)["Outputs"]] == []


def test_every_output_of_a_nested_stack_is_used() -> None:
    for stack in parsed.nested():
        twins = [each for each in parsed.nested() if parsed.template_of(each.name) is parsed.template_of(stack.name)]
        asked = {output for each in twins for output in _outputs_asked_of(each)}
        assert set(parsed.template_of(stack.name).get("Outputs", {})) == asked


def test_every_root_output_is_described() -> None:
    assert all(output["Description"] for output in parsed.ROOT_TEMPLATE["Outputs"].values())


def _outputs_asked_of(stack: Resource) -> set[str]:
    found: set[str] = set()
    for value in parsed.walk(parsed.TEMPLATES[stack.template]):
        if isinstance(value, dict) and "Fn::GetAtt" in value and value["Fn::GetAtt"][0] == stack.name:
            found.add(value["Fn::GetAtt"][1].removeprefix("Outputs."))
        if isinstance(value, str):
            found.update(re.findall(rf"\$\{{{stack.name}\.Outputs\.(\w+)\}}", value))
    return found


@pytest.mark.parametrize("path", ["template.yaml", "pipeline-config.yaml"])
def test_the_console_shows_every_parameter_in_one_group_with_a_label(path: str) -> None:
    template = parsed.TEMPLATES[path]
    shown = template["Metadata"]["AWS::CloudFormation::Interface"]

    grouped = [name for group in shown["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(template["Parameters"])
    assert shown["ParameterLabels"].keys() == template["Parameters"].keys()
