"""Names say what a thing is in the words of the field, and every promise has words."""

from __future__ import annotations

import ast
import re

from house.tree import (
    ROOT,
    Function,
    dotted,
    expect_none,
    in_rooms,
    is_python,
    parsed,
    room,
    texts,
    where,
)

NO_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services",
            "data", "process", "misc", "common", "base_utils"}
LATER = re.compile("|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b",
                             r"\bHA" + r"CK\b")))
EXACT = ("money", "casework", "recon", "clocks", "messages")


def test_no_module_is_named_after_nothing() -> None:
    """A name from nowhere attracts everything."""
    expect_none([where(path, 1) for path in texts() if is_python(path)
            and {path.stem, *path.relative_to(ROOT).parts[:-1]} & NO_NAMES
            and room(path)])


def test_nothing_is_put_off() -> None:
    """What is not done is an issue, not a remark in a file."""
    expect_none([where(path, number) for path, text in texts().items()
            if path.suffix in (".py", ".sql", ".html", ".css", ".js", ".md", ".toml")
            for number, line in enumerate(text.splitlines(), 1) if LATER.search(line)])


def test_money_never_floats() -> None:
    """No ``float(...)`` in a room that reckons with money or dates."""
    expect_none([where(path, node.lineno) for path, tree in in_rooms(*EXACT)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and dotted(node.func) == "float"])


def test_minor_units_are_never_divided_nor_called_floats() -> None:
    """``allocate`` and ``//`` keep every penny; ``/`` and a float factor lose some."""
    def inexact(node: ast.AST) -> bool:
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            name = node.arg if isinstance(node, ast.arg) else dotted(node.target)
            return name.endswith("_minor") and dotted(node.annotation) == "float"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult):
            minor = any(dotted(side).endswith(("_minor", ".minor"))
                        for side in (node.left, node.right))
            floats = any(isinstance(side, ast.Constant) and isinstance(side.value, float)
                         for side in (node.left, node.right))
            return minor and (isinstance(node.op, ast.Div) or floats)
        return False

    expect_none([where(path, node.lineno) for path, tree in parsed().items() if room(path) in EXACT
            for node in ast.walk(tree) if inexact(node)])


def test_everything_public_says_what_it_gives() -> None:
    """Each module, and each public function, class and method of one, has a docstring."""
    silent = []
    for path, tree in parsed().items():
        if not room(path):
            continue
        if not ast.get_docstring(tree) and tree.body:
            silent.append(where(path, 1))
        owners = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef)
                          and not node.name.startswith("_"))]
        silent += [f"{where(path, node.lineno)} {node.name}" for owner in owners
                   for node in owner.body
                   if isinstance(node, Function | ast.ClassDef)
                   and not node.name.startswith("_") and node.name != "Meta"
                   and not ast.get_docstring(node)]
    expect_none(silent)
