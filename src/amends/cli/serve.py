"""Start web, worker and scheduler on this machine's data folder."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and whether the worker runs elsewhere."""
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--web-only", action="store_true", help="no worker in this process group")
    parser.add_argument("--json", action="store_true", help="say where as one JSON document")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; 2 when the port is taken."""
    from amends.cli import processes
    from amends.cli.output import print_json
    from amends.desk import commands

    processes.check_port_free(options.host, options.port)
    commands.prepare()
    commands.migrate()
    url = f"http://{options.host}:{options.port}"
    group = [processes.web(options.host, options.port)]
    if not options.web_only:
        group.append(processes.worker())

    def started() -> None:
        if commands.wait_ready(url, 60):
            print_json({"url": url}) if options.json else print(f"Amends is at {url}", flush=True)

    return processes.run_group(group, started=started)
