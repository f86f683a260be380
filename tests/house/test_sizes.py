"""Everything fits on one screen: functions, views, files."""

from __future__ import annotations

import ast

import pytest

from house.tree import SOURCE, Function, expect_none, parsed, texts, where

FUNCTION_LINES_MAX, VIEW_LINES_MAX, FILE_LINES_MAX = 60, 25, 500
WRITTEN = (".py", ".sql", ".css", ".js", ".html")


def functions(folder: str = "") -> list[tuple[str, str, int]]:
    """Place, name and length of each function below a folder of src/amends, or of all of ours."""
    return [(where(path, node.lineno), node.name, (node.end_lineno or 0) - node.lineno + 1)
            for path, tree in parsed().items()
            if not folder or path.is_relative_to(SOURCE / folder)
            for node in ast.walk(tree) if isinstance(node, Function)]


@pytest.mark.parametrize(("folder", "lines"), [("", FUNCTION_LINES_MAX),
                                               ("desk/views", VIEW_LINES_MAX)])
def test_no_function_is_longer_than_a_screen(folder: str, lines: int) -> None:
    """60 lines, and 25 for a view: branching in the parent, straight work in the leaves."""
    expect_none([f"{place} {name}: {length} lines" for place, name, length in functions(folder)
            if length > lines])


def test_no_file_attracts_everything() -> None:
    """500 lines a file, whatever it is written in."""
    expect_none([f"{where(path, 1)}: {length} lines" for path, text in texts().items()
            if path.suffix in WRITTEN and "migrations" not in path.parts
            and (length := text.count("\n")) > FILE_LINES_MAX])
