"""What a template comes to for given parameters and a region: conditions decided, everything else as written."""

from collections.abc import Mapping

from tests.templates import parsed
from tests.templates.parsed import Value

NOTHING = {"Ref": "AWS::NoValue"}


def holds(condition: Value, values: Mapping[str, str], named: Value) -> bool:
    """Whether a condition is true."""
    ((kind, operands),) = condition.items()
    if kind == "Condition":
        return holds(named[operands], values, named)
    if kind == "Fn::Equals":
        left, right = (str(values[side["Ref"]] if isinstance(side, dict) else side) for side in operands)
        return left == right
    truths = [holds(operand, values, named) for operand in operands]
    return {"Fn::And": all(truths), "Fn::Or": any(truths), "Fn::Not": not truths[0]}[kind]


def chosen(value: Value, values: Mapping[str, str], named: Value) -> Value:
    """A value with its `Fn::If`s decided and what is `AWS::NoValue` left out."""
    if isinstance(value, list):
        return [inner for each in value if (inner := chosen(each, values, named)) != NOTHING]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, yes, no = value["Fn::If"]
        return chosen(yes if holds(named[condition], values, named) else no, values, named)
    made = {key: chosen(each, values, named) for key, each in value.items()}
    return {key: each for key, each in made.items() if each != NOTHING}


def resources(stack: str, region: str, **parameters: str) -> Value:
    """The resources of a nested stack that exist, by name, for the root's defaults but for these parameters."""
    template = parsed.template_of(stack)
    defaults = {name: str(each.get("Default", "")) for name, each in parsed.ROOT_TEMPLATE["Parameters"].items()}
    values = {**dict.fromkeys(template["Parameters"], "given"), **defaults, **parameters, "AWS::Region": region}
    named = template.get("Conditions", {})
    return {
        name: chosen(each.get("Properties", {}), values, named)
        for name, each in template["Resources"].items()
        if "Condition" not in each or holds(named[each["Condition"]], values, named)
    }
