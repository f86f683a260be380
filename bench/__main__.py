"""``python -m bench [NAME]``: run one benchmark, or list them with what each measures."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def names() -> dict[str, str]:
    """Each benchmark's name and the first line of its docstring."""
    return {path.stem: (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
            for path in sorted(HERE.glob("[!_]*.py"))}


def main(words: list[str]) -> int:
    """Run what is named, which gives the exit code; 2 when there is no such benchmark."""
    known = names()
    if not words:
        for name, what in known.items():
            print(f"  {name:<14}{what}")
        return 0
    if words[0] not in known:
        print(f"bench: there is no {words[0]!r}; there is {', '.join(known)}", file=sys.stderr)
        return 2
    sys.argv[1:] = words[1:]
    return int(importlib.import_module(f"bench.{words[0]}").main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
