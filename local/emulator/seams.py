"""The one door to ministack's private names: each is replaced once, in the version that it was written for.

`python -m local.emulator.seams` writes the table of all seams into README.md.
"""

import ast
import hashlib
import inspect
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent
README = FOLDER / "README.md"
PACKAGES = ("ministack", "hypercorn")
BEGIN, END = "<!-- seams -->", "<!-- end of seams -->"
_replaced: dict[tuple[ModuleType | type, str], str] = {}


class SeamChanged(Exception):
    """The installed package is another one than a seam was written for."""


def replace(owner: ModuleType | type, name: str, new: Any, expected: str, over: str = "") -> None:
    """Put `new` in place of `owner.name`, whose source has the digest `expected`.

    `over` is the module of ours whose replacement this one wraps; without it a name is replaced once. SeamChanged when
    the source is another one: compare the two versions of the function, change what ours does, then the digest.
    """
    here = sys._getframe(1).f_globals["__name__"].rpartition(".")[2]
    before = _replaced.get((owner, name), "")
    if before != over:
        raise SeamChanged(f"{_named(owner)}.{name}: {here} comes after {before or 'nobody'}, not {over or 'nobody'}")
    if not over and (found := digest(getattr(owner, name))) != expected:
        package = _named(owner).partition(".")[0]
        raise SeamChanged(
            f"{package} {metadata.version(package)} has another {_named(owner)}.{name} ({found}) than {here} was "
            f"written for ({expected}). Install the versions of requirements/emulator.txt, or adapt the seam."
        )
    _replaced[owner, name] = here
    setattr(owner, name, new)


def digest(value: object) -> str:
    """Twelve digits that change with the source of a function or class, or with a text; of others their type."""
    if isinstance(value, str):
        text = value
    elif callable(value):
        text = inspect.getsource(value)
    else:
        text = type(value).__name__
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _named(owner: ModuleType | type) -> str:
    return owner.__name__ if isinstance(owner, ModuleType) else f"{owner.__module__}.{owner.__qualname__}"


@dataclass(frozen=True, slots=True, order=True)
class Seam:
    """A name of a package's own, as written in the call, and our module that replaces it."""

    owner: str
    name: str
    by: str


def seams() -> list[Seam]:
    """Every seam, read from the calls of `replace`."""
    return sorted(seam for path in FOLDER.glob("*.py") for seam in _of(path))


def _imported(tree: ast.Module) -> dict[str, str]:
    """What a file imports from the packages: the name that it has there, by the one that it has here."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGES)
        for alias in node.names
    }


def _of(path: Path) -> list[Seam]:
    tree = ast.parse(path.read_text())
    imported = _imported(tree)
    return [
        Seam(
            imported.get(ast.unparse(call.args[0]), ast.unparse(call.args[0])),
            str(ast.literal_eval(call.args[1])),
            path.stem,
        )
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "seams.replace"
    ]


def besides(path: Path) -> list[str]:
    """Assignments of a file to attributes of what it imports from the packages, which `replace` should make."""
    tree = ast.parse(path.read_text())
    imported = _imported(tree)
    assigned = [target for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in node.targets]
    targets = [each for target in assigned for each in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [
        ast.unparse(target)
        for target in targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in imported
    ]


def table() -> str:
    """Every seam as a row."""
    rows = [f"| `{seam.owner}` | `{seam.name}` | `{seam.by}` |" for seam in seams()]
    return "\n".join(["| of | name | replaced by |", "|---|---|---|", *rows])


def written(document: str) -> str:
    """The document with the table of today between its marks."""
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{table()}\n{END}", document, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
