"""Run the jobs and schedules of the desk until told to stop."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to stop when nothing is left."""
    parser.add_argument("--once", action="store_true", help="do what is ready, then stop")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM; the job in hand is finished first."""
    import signal

    from amends.cli.output import print_json
    from amends.desk import commands

    commands.prepare()
    if options.once:
        done = commands.drain()
        print_json({"jobs": done}) if options.json else print(f"{done} jobs done")
        return 0
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(1))
    commands.work(lambda: bool(stopping))
    return 0
