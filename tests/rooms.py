"""The rooms of `src/vod` and their floors: which room imports which. `make rooms` draws it."""

import ast
import re
from collections import defaultdict
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"
PAGE = Path(__file__).resolve().parents[1] / "web" / "src"
GROUND = "(ground)"
BROWSER_KEYS = ("vod.session", "vod.signed-in", "vod.uploads")
"""What the page keeps in the browser: no modules."""
FLOORS: dict[str, tuple[str, ...]] = {
    GROUND: (),
    "media": (),
    "profiles": (),
    "sandbox": (),
    "source": ("media", "sandbox"),
    "plan": ("media", "profiles", "source"),
    "ffmpeg": ("media", "profiles", "sandbox", "source", "plan"),
    "money": ("profiles", "source", "plan"),
    "record": ("profiles", "money"),
    "access": ("record",),
    "ports": ("source", "plan", "money", "record", "access"),
    "encoder": ("media", "profiles", "sandbox", "source", "plan", "ffmpeg", "ports"),
    "manifest": ("media", "profiles", "plan", "encoder"),
    "aws": ("source", "plan", "money", "record", "access", "ports"),
    "steps": (
        *("media", "profiles", "sandbox", "source", "plan", "ffmpeg", "money", "record", "access", "ports"),
        *("encoder", "manifest"),
    ),
    "wiring": ("source", "plan", "money", "access", "aws", "steps"),
    "api": ("media", "profiles", "record", "access", "aws", "steps"),
}
"""Every room, low to high, and what it may import beside itself and the ground (the files at the top of `vod`)."""


def modules(src: Path = SRC) -> dict[str, Path]:
    """Every module of `vod` by its name."""
    found = {".".join(path.relative_to(src).with_suffix("").parts): path for path in sorted(src.rglob("*.py"))}
    return {name.removesuffix(".__init__"): path for name, path in found.items()}


def room_of(module: str) -> str:
    """The room of a module; a room's own name is its `__init__`."""
    name = module.split(".")[1] if "." in module else ""
    return name if name in FLOORS else GROUND


def imported(path: Path) -> set[str]:
    """Everything that a file imports, by dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imports(src: Path = SRC) -> dict[str, set[str]]:
    """Which modules of `vod` each module imports."""
    known = modules(src)
    return {name: (imported(path) & known.keys()) - {name, "vod"} for name, path in known.items()}


def page_imports() -> dict[Path, set[Path]]:
    """Which of its own files each file of the page (web/src) imports."""
    files = {path.with_suffix(""): path for path in PAGE.rglob("*.ts*")}
    found = re.compile(r'from "(\.[^"]+)"')
    return {
        path: {
            files[name] for each in found.findall(path.read_text()) if (name := (path.parent / each).resolve()) in files
        }
        for path in files.values()
    }


def tracked() -> list[Path]:
    """Every Python file of the project."""
    folders = ("src", "lambda", "container", "deployment", "local", "benchmarks", "tests")
    return sorted(path for folder in folders for path in (SRC.parent / folder).rglob("*.py"))


def named_in_texts(path: Path) -> set[str]:
    """The dotted names below `vod` that strings of a file import, or consist of."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    texts = [text for text in texts if text not in BROWSER_KEYS]
    whole = {text.replace(":", ".") for text in texts if re.fullmatch(r"vod(\.\w+)+(:\w+)?", text)}
    lines = [line for text in texts for line in re.findall(r"^from (vod[\w.]*) import ([\w, ]+)$", text, re.M)]
    return whole | {f"{module}.{name.strip()}" for module, names in lines for name in names.split(",")}


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or something that a module defines."""
    known = modules()
    module = max((each for each in known if name == each or name.startswith(each + ".")), key=len, default="")
    rest = name[len(module) + 1 :].split(".")[0]
    return bool(module) and (not rest or re.search(rf"\b{rest}\b", known[module].read_text()) is not None)


def between_rooms(src: Path = SRC) -> dict[str, dict[str, int]]:
    """How many imports go from each room to each other room."""
    counted: dict[str, dict[str, int]] = {room: defaultdict(int) for room in FLOORS}
    for name, others in imports(src).items():
        for other in others - set(FLOORS):
            if room_of(other) != room_of(name):
                counted[room_of(name)][room_of(other)] += 1
    return counted


def drawing() -> str:
    """One row a room, low to high, with the number of imports from each room below it."""
    rooms, counted = list(FLOORS), between_rooms()
    width = max(map(len, rooms)) + 1
    lines = [" " * width + " ".join(f"{room[:8]:>8}" for room in rooms[:-1])]
    for row, room in enumerate(rooms):
        cells = [str(counted[room][other] or "·") if column < row else "" for column, other in enumerate(rooms[:-1])]
        lines.append(f"{room:<{width}}" + " ".join(f"{cell:>8}" for cell in cells).rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    print(drawing())
