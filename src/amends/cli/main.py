"""``amends WORD ...``: finds the command's module and hands it the rest of the line.

A command module has ``arguments(parser)``, which declares its options, and ``run(options)``,
which returns the exit code. Exit 0 done, 1 the answer is no, 2 wrong use or input that cannot be
read at all, 3 stopped before the end.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from amends.cli.output import STOPPED, WRONG_USE, print_problems
from amends.problems import AmendsError

# word -> (module in this room, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "start everything with the sample company"),
    "serve": ("serve", "start web, worker and scheduler"),
    "worker": ("worker", "run the jobs only"),
    "migrate": ("migrate", "bring the database up to this version, after a backup"),
    "backup": ("backup", "write everything into one file"),
    "restore": ("restore", "bring a backup back into an empty place"),
    "user": ("user", "add a person who may sign in"),
    "import": ("import_files", "bring files or a sample folder into the desk"),
    "read": ("read", "read any statement or report"),
    "reconcile": ("reconcile", "tie two or three sides out"),
    "trace": ("trace", "the money trail of one payment"),
    "check": ("check", "what looks wrong in a workbook or a file"),
    "clocks": ("clocks", "what is due when, and by which rule"),
    "explain": ("explain", "a payment code in plain words"),
    "triage": ("triage", "kind, severity and needs of a text"),
    "propose": ("propose", "what evidence and policy suggest for a case"),
    "rootcause": ("rootcause", "which combination explains the change"),
    "audit": ("audit", "prove the chain of events"),
    "openapi": ("openapi", "print the API's document"),
    "lint-message": ("lint_message", "check a draft against its case"),
    "sample": ("sample", "make the sample company"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is the contract of ``docs/reference/commands.md``."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in ("-h", "--help", "help"):
        print("usage: amends COMMAND ...\n")
        for word, (_, what) in COMMANDS.items():
            print(f"  {word:<14}{what}")
        return 0 if words else WRONG_USE
    if words[0] == "--version":
        from amends import __version__

        print(f"amends {__version__}")
        return 0
    if words[0] not in COMMANDS:
        print(f"amends: there is no command {words[0]!r}; 'amends --help' lists them",
              file=sys.stderr)
        return WRONG_USE
    module = importlib.import_module(f"amends.cli.{COMMANDS[words[0]][0]}")
    parser = argparse.ArgumentParser(prog=f"amends {words[0]}", description=module.__doc__)
    module.arguments(parser)
    options = parser.parse_args(words[1:])
    try:
        return int(module.run(options))
    except AmendsError as error:
        print_problems(error)
        return WRONG_USE
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
        return STOPPED
    except KeyboardInterrupt:
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
