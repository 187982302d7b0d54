"""Our templates and the state machine as parsed values, for rules that hold over all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from local import templates

Value = Any
"""Whatever YAML holds."""

REPOSITORY = Path(__file__).parents[2]
ROOT = REPOSITORY / "template.yaml"
STATE_MACHINE = REPOSITORY / "stacks" / "transcode.asl.yaml"
PIPELINE = REPOSITORY / "pipeline-config.yaml"
APART = "stacks/verify.yaml"
"""What `make verify` makes for some minutes; no part of a platform."""
PATHS = [ROOT, PIPELINE, *sorted(path for path in ROOT.parent.glob("stacks/**/*.yaml") if path != STATE_MACHINE)]
TEMPLATES: dict[str, Value] = {path.relative_to(REPOSITORY).as_posix(): templates.load(path) for path in PATHS}
ROOT_TEMPLATE = TEMPLATES["template.yaml"]


class Resource(NamedTuple):
    """One resource of one template."""

    template: str
    name: str
    kind: str
    properties: Value
    definition: Value

    def __str__(self) -> str:
        return f"{self.template}:{self.name}"


def resources(*kinds: str) -> list[Resource]:
    """The resources of all templates, of some types or of every type."""
    return [
        Resource(path, name, found["Type"], found.get("Properties") or {}, found)
        for path, template in TEMPLATES.items()
        for name, found in template["Resources"].items()
        if not kinds or found["Type"] in kinds
    ]


def functions() -> list[Resource]:
    """The Lambda functions, Globals merged in as SAM does."""
    shared = ROOT_TEMPLATE["Globals"]["Function"]
    return [
        each._replace(properties=_merged(shared, each.properties)) for each in resources("AWS::Serverless::Function")
    ]


def nested() -> list[Resource]:
    """The nested stacks."""
    return resources("AWS::CloudFormation::Stack")


def walk(value: Value) -> Iterator[Value]:
    """A value and everything in it."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from walk(each)


def listed(value: Value) -> list[Value]:
    """A value that may stand alone or in a list."""
    return value if isinstance(value, list) else [value]


def output(reference: Value) -> Value:
    """The value behind `!GetAtt Stack.Outputs.Name`, from the nested template."""
    stack, name = reference["Fn::GetAtt"][0], reference["Fn::GetAtt"][1].removeprefix("Outputs.")
    return template_of(stack)["Outputs"][name]["Value"]


def template_of(stack: str) -> Value:
    """The template of a nested stack, of the root or of another nested one."""
    found = next(each for each in nested() if each.name == stack)
    return TEMPLATES[(Path(found.template).parent / found.properties["TemplateURL"]).as_posix()]


def state_machine() -> Value:
    """The state machine's definition, substitutions unresolved."""
    return yaml.safe_load(STATE_MACHINE.read_text())


def resources_of(root: Path, template: str = "template.yaml", above: str = "") -> Iterator[tuple[str, Value]]:
    """Every resource of a checkout by its path through the nested stacks, such as `Storage/Table`."""
    for name, found in templates.load(root / template)["Resources"].items():
        yield above + name, found
        nested_in = (found.get("Properties") or {}).get("TemplateURL") if found["Type"].endswith("::Stack") else None
        if nested_in:
            inner = (Path(template).parent / nested_in).as_posix()
            yield from resources_of(root, inner, f"{above}{name}/")


def tasks(definition: Value) -> dict[str, Value]:
    """Every Task state by name, those inside Map states included."""
    found = {}
    for states in (each["States"] for each in walk(definition) if isinstance(each, dict) and "States" in each):
        found.update({name: state for name, state in states.items() if state["Type"] == "Task"})
    return found


def _merged(shared: Value, own: Value) -> Value:
    if isinstance(shared, dict) and isinstance(own, dict):
        return {
            **shared,
            **{key: _merged(shared[key], value) if key in shared else value for key, value in own.items()},
        }
    return [*shared, *own] if isinstance(shared, list) and isinstance(own, list) else own
