"""A payment code in plain words, for staff and for a customer."""

from __future__ import annotations

import argparse

from amends.cli.output import DONE, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """``SCHEME CODE [--json]``."""
    parser.add_argument("scheme", help="which list the code belongs to, such as iso8583")
    parser.add_argument("code", help="the code as it came, leading zeros kept")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Print the meaning; an unknown scheme or code is wrong use, and the nearest is named."""
    from amends.codes import explain

    found = explain(options.scheme, options.code)
    if options.json:
        print_json(found.as_json())
    else:
        print(f"{found.for_staff}\n\nFor the customer: {found.for_customer}")
    return DONE
