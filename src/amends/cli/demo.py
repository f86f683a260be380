"""Start everything with the sample company, on this machine only."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """The port, and the size of the sample company."""
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--payments", type=int, default=3000, help="payments made (3000)")
    parser.add_argument("--days", type=int, default=30, help="days made (30)")
    parser.add_argument("--seed", type=int, default=20260301, help="seed of the sample company")
    parser.add_argument("--json", action="store_true", help="say where as one JSON document")


def run(options: argparse.Namespace) -> int:
    """Make and load the sample company on the first start, then serve; 2 when the port is taken."""
    import json

    from amends.cli import processes
    from amends.cli.output import print_json
    from amends.desk import commands

    host = "127.0.0.1"
    processes.check_port_free(host, options.port)
    commands.prepare()
    data = commands.data_folder()
    commands.migrate()
    if not commands.sample_loaded():
        _load_sample(options, data)
    url = f"http://{host}:{options.port}"
    accounts = commands.sample_accounts()
    told = {"url": url, "accounts": accounts, "api_key": commands.sample_api_key()}

    def started() -> None:
        if not commands.wait_ready(url, 60):
            return
        where = data / "demo.json"
        where.unlink(missing_ok=True)
        where.touch(mode=0o600)
        where.write_text(json.dumps(told))
        if options.json:
            print_json(told)
            return
        print(f"\nAmends is at {url}\n", flush=True)
        for account in accounts:
            print(f"  {account['role']:<14} {account['user']:<28} {account['password']}")
        print("\nMail and instructions land in", data / "outbox", "\nCtrl-C stops everything.",
              flush=True)

    return processes.run_group([processes.web(host, options.port), processes.worker()],
                               started=started)


def _load_sample(options: argparse.Namespace, data: Path) -> None:
    import sys
    from datetime import timedelta

    from amends.desk import commands
    from amends.sample import Plan, make

    def say(words: str) -> None:
        print(f"  {words}", file=sys.stderr, flush=True)

    say("making the sample company")
    until = commands.today() - timedelta(days=1)
    plan = Plan(seed=options.seed, days=options.days, payments=options.payments, until=until)
    make(data / "sample", plan)
    commands.sample_accounts()
    commands.import_path(data / "sample", say, history=True)
    commands.liven_sample(say)
