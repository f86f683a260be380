"""Prove the chain of events: amends audit verify."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with the audit."""
    parser.add_argument("what", choices=["verify"], help="check every event against its chain")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Verify; 1 when an event was changed or removed, each named."""
    from amends.cli.output import DONE, NO, print_json
    from amends.desk import commands

    commands.prepare()
    result = commands.verify_audit()
    if options.json:
        print_json(result)
    else:
        print(f"{result['events']} events: the chain "
              + ("holds." if result["holds"] else "does not hold."))
        for fault in result["faults"]:  # type: ignore[attr-defined]
            print(f"  {fault['stream']}#{fault['seq']}: {fault['what']}")
    return DONE if result["holds"] else NO
