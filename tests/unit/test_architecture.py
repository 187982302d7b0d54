"""Imports point inward: pure modules know neither AWS nor the environment."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "vod"
FORBIDDEN = ("boto3", "botocore", "aws_lambda_powertools")
ALLOWED = {"aws": ("boto3", "botocore", "aws_lambda_powertools"), "api": ("aws_lambda_powertools",)}
MODULES = sorted(SRC.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def layer(path: Path) -> str:
    return path.relative_to(SRC).parts[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_only_the_outer_layers_know_the_outside(path: Path) -> None:
    allowed = ALLOWED.get(layer(path), ())

    foreign = {name for name in imported(path) if name.split(".")[0] in FORBIDDEN and name.split(".")[0] not in allowed}

    assert not foreign
    assert "os.environ" not in path.read_text()


@pytest.mark.parametrize(
    "path", [p for p in MODULES if layer(p) not in ("aws", "api")], ids=lambda p: str(p.relative_to(SRC))
)
def test_the_inside_does_not_import_its_adapters(path: Path) -> None:
    assert not {name for name in imported(path) if name.startswith(("vod.aws", "vod.api"))}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert len(text.splitlines()) <= 300
    for function in functions:
        assert (function.end_lineno or 0) - function.lineno < 60, function.name
