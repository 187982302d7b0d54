"""Imports point inward: a room knows the rooms below it, and only the outer ones know AWS and the environment."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests import rooms

FORBIDDEN = ("boto3", "botocore", "aws_lambda_powertools")
ALLOWED = {"aws": FORBIDDEN, "api": ("aws_lambda_powertools",), "wiring": ("botocore",)}
MODULES = rooms.modules()
FILES = sorted(MODULES.items())


@pytest.mark.parametrize(("name", "path"), FILES, ids=list(MODULES))
def test_only_the_outer_rooms_know_the_outside(name: str, path: Path) -> None:
    allowed = ALLOWED.get(rooms.room_of(name), ())

    roots = {each.split(".")[0] for each in rooms.imported(path)}

    assert not roots & set(FORBIDDEN) - set(allowed)
    assert "os.environ" not in path.read_text()


@pytest.mark.parametrize(("name", "others"), sorted(rooms.imports().items()), ids=sorted(MODULES))
def test_a_room_imports_only_those_that_its_floor_allows(name: str, others: set[str]) -> None:
    room = rooms.room_of(name)
    allowed = {room, rooms.GROUND, *rooms.FLOORS[room]}

    assert {other for other in others if rooms.room_of(other) not in allowed} == set()


def test_the_floors_only_go_down() -> None:
    order = list(rooms.FLOORS)

    for room, below in rooms.FLOORS.items():
        assert all(order.index(other) < order.index(room) for other in below), room


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: others - set(rooms.FLOORS) for name, others in rooms.imports().items()}

    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def test_every_room_says_what_it_is() -> None:
    for room in rooms.FLOORS.keys() - {rooms.GROUND}:
        assert ast.get_docstring(ast.parse(MODULES[f"vod.{room}"].read_text())), room


@pytest.mark.parametrize("path", MODULES.values(), ids=list(MODULES))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert len(text.splitlines()) <= 300
    for function in functions:
        assert (function.end_lineno or 0) - function.lineno < 60, function.name


@pytest.mark.parametrize("path", sorted((rooms.SRC.parent / "lambda").glob("*.py")), ids=lambda path: path.stem)
def test_a_function_has_a_step_of_its_name(path: Path) -> None:
    assert (rooms.SRC / "vod" / "steps" / path.name).is_file()


def test_no_files_of_the_page_import_each_other_in_a_circle() -> None:
    graph = rooms.page_imports()

    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


@pytest.mark.parametrize("path", rooms.tracked(), ids=lambda path: str(path.relative_to(rooms.SRC.parent)))
def test_a_module_that_a_text_names_is_there(path: Path) -> None:
    """Programs in strings, modules started by name, places that tests replace: no import checks them."""
    assert {name for name in rooms.named_in_texts(path) if not rooms.exists(name)} == set()


def test_functions_of_the_api_load_nothing_that_encodes() -> None:
    program = "import sys, vod.wiring.on_request; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=rooms.SRC, capture_output=True, text=True, check=True)

    loaded = {rooms.room_of(name) for name in done.stdout.split() if name.startswith("vod.")}
    assert not loaded & {"encoder", "ffmpeg", "manifest", "sandbox"}


ENTRY_POINTS = [*(rooms.SRC.parent / "lambda").glob("*.py"), *(rooms.SRC.parent / "container").glob("*.py")]


@pytest.mark.parametrize("path", [*MODULES.values(), *ENTRY_POINTS], ids=lambda path: path.stem)
def test_no_code_traces_answers_or_logs_whole_events(path: Path) -> None:
    """Powertools' Tracer writes what a function answers into X-Ray, and `log_event` what it is asked into the log."""
    code = path.read_text()

    assert not {"aws_xray_sdk", "aws_lambda_powertools.tracing"} & rooms.imported(path)
    assert not {"Tracer", "log_event", "log_uncaught_exceptions"} & set(
        code.replace("(", " ").replace("=", " ").split()
    )
