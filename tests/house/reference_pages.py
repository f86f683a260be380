"""Pages of docs/reference that are made from the program; ``./amends docs`` writes them."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from amends.cli.main import COMMANDS

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"

_HEAD = """\
# Commands

`./amends docs` writes this page from the program; a test holds it to be current.

From a checkout, `./amends WORD` (see [the script](script.md)); where it is installed,
`amends WORD`.
Every command has `--json`: one JSON document on standard output and nothing else there. Progress
goes to standard error, when that is a terminal.

| exit code | means |
| --- | --- |
| 0 | done; findings and problems included |
| 1 | the answer is no: a broken chain, or anything found under `--strict` |
| 2 | wrong use, or input that cannot be read at all |
| 3 | stopped before the end: disk, cancel, connection |
"""


def commands_page() -> str:
    """Every command with its arguments and options."""
    return "\n".join([_HEAD, *(_command(word, *about) for word, about in COMMANDS.items()
                               if importlib.util.find_spec(f"amends.cli.{about[0]}"))])


def _command(word: str, module_name: str, what: str) -> str:
    module = importlib.import_module(f"amends.cli.{module_name}")
    parser = argparse.ArgumentParser(prog=f"amends {word}", add_help=False)
    module.arguments(parser)
    actions = parser._actions
    usage = " ".join([f"amends {word}", *(_usage(action) for action in actions)])
    rows = [f"| `{_spelled(action)}` | {_meaning(action)} |" for action in actions]
    return "\n".join([f"## `amends {word}`", "", f"{what[0].upper()}{what[1:]}.", "", "```",
                      usage, "```", "", "| argument | meaning |", "| --- | --- |", *rows, ""])


def _spelled(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action)
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {_value(action)}"


def _usage(action: argparse.Action) -> str:
    spelled = _spelled(action)
    return spelled if action.required else f"[{spelled}]"


def _value(action: argparse.Action) -> str:
    """The word that stands for a value, such as FILE, or the choices."""
    if isinstance(action.metavar, str):
        word = action.metavar
    elif action.choices:
        word = "{" + ",".join(str(choice) for choice in action.choices) + "}"
    else:
        word = action.dest.upper()
    return f"{word} ..." if action.nargs in ("*", "+") else word


def _meaning(action: argparse.Action) -> str:
    words = action.help or ""
    if action.default not in (None, False, argparse.SUPPRESS, "") and "(" not in words:
        words += f" (default {action.default})"
    return words.replace("|", "\\|").strip() or "-"


PAGES: dict[str, Callable[[], str]] = {"commands.md": commands_page}


def main() -> int:
    """Write each page that is not current; says which."""
    for name, page in PAGES.items():
        path, text = REFERENCE / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stderr.write(f"wrote docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
