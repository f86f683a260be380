"""The checkout as the house tests read it: its files, and its Python as syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "amends"
DOORS = ("cli", "desk")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, committed or about to be; what git ignores is not part of it."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, check=True)
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def texts() -> dict[Path, str]:
    """Every file that is UTF-8 text, by path."""
    found = {}
    for path in files():
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def is_python(path: Path) -> bool:
    """Python of ours; migrations are written by Django."""
    return ((path.suffix == ".py" or path == ROOT / "amends")
            and "migrations" not in path.parts)


@cache
def parsed() -> dict[Path, ast.Module]:
    """Every Python file of ours as a syntax tree."""
    return {path: ast.parse(text) for path, text in texts().items() if is_python(path)}


def room(path: Path) -> str:
    """The room of a module below src/amends (``problems.py`` is one by itself), else nothing."""
    if not path.is_relative_to(SOURCE):
        return ""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def in_rooms(*names: str) -> Iterator[tuple[Path, ast.Module]]:
    """The modules of these rooms."""
    yield from ((path, tree) for path, tree in parsed().items() if room(path) in names)


def library() -> Iterator[tuple[Path, ast.Module]]:
    """The modules below the doors: no clock, no environment, no network, no Django."""
    yield from ((path, tree) for path, tree in parsed().items()
                if room(path) and room(path) not in (*DOORS, "__init__"))


def where(path: Path, line: int) -> str:
    """A place in the checkout, as an editor opens it."""
    return f"{path.relative_to(ROOT)}:{line}"


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of a name or attribute, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def expect_none(found: Iterable[str]) -> None:
    """Fail, with one line for each, if anything was found."""
    lines = [*found]
    assert not lines, f"{len(lines)} found:\n" + "\n".join(lines)
