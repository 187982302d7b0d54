"""A function's environment holds what its code reads, and nothing else."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource

WIRING = [ast.parse(path.read_text()) for path in (parsed.REPOSITORY / "src/vod/wiring").glob("*.py")]
WIRED = {node.name: node for file in WIRING for node in file.body if isinstance(node, ast.FunctionDef)}
PREFIX = re.compile(r"^(adapters|on_request|on_event|on_failure|on_schedule)\.")
READ_BY_LIBRARIES = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL", "TMPDIR"}
GIVEN_BY_LAMBDA = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE"}


def read_in(node: ast.AST) -> Iterator[str]:
    """Names of the variables that code reads, directly or through the wiring's functions."""
    for each in ast.walk(node):
        if (
            isinstance(each, ast.Subscript)
            and isinstance(each.slice, ast.Constant)
            and ast.unparse(each.value) in ("env", "os.environ")
        ):
            yield str(each.slice.value)
        if isinstance(each, ast.Call) and (name := PREFIX.sub("", ast.unparse(each.func))) in WIRED:
            yield from read_in(WIRED[name])


@pytest.mark.parametrize("function", parsed.functions(), ids=lambda function: function.name)
def test_a_function_gets_the_variables_it_reads(function: Resource) -> None:
    entry_point = parsed.REPOSITORY / "lambda" / function.properties["Handler"].replace(".handler", ".py")

    given = function.properties["Environment"]["Variables"].keys()

    read = set(read_in(ast.parse(entry_point.read_text()))) - GIVEN_BY_LAMBDA
    assert given - READ_BY_LIBRARIES == read - READ_BY_LIBRARIES


def test_the_encoder_gets_the_variables_it_reads() -> None:
    container = parsed.template_of("Encoder")["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    entry_point = parsed.REPOSITORY / "container" / "encode.py"

    states = [state for state in parsed.tasks(parsed.state_machine()).values() if "ecs:runTask" in state["Resource"]]
    overrides = [state["Parameters"]["Overrides"]["ContainerOverrides"][0]["Environment"] for state in states]

    given = {variable["Name"] for variable in container["Environment"]}
    given |= {variable["Name"] for variable in overrides[0]}

    assert overrides[0] == overrides[1]

    assert given - READ_BY_LIBRARIES == set(read_in(ast.parse(entry_point.read_text())))
