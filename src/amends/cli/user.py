"""Add a person who may sign in: amends user add EMAIL --role ROLE."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The person's address, name, role and team; the password is asked for."""
    parser.add_argument("what", choices=["add"], help="add a person, or change one who is there")
    parser.add_argument("email", help="the address to sign in with")
    parser.add_argument("--role", required=True, help="specialist, team_lead, agent, analyst, "
                        "auditor or administrator")
    parser.add_argument("--name", default="", help="the name that others see")
    parser.add_argument("--team", default="Payments escalations", help="the team")
    parser.add_argument("--password", default="", help="the password; asked for when left out")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Add the person; 2 when address, role or password cannot be used."""
    import getpass

    from amends.cli.output import WRONG_USE, print_json
    from amends.desk import commands

    try:
        password = options.password or getpass.getpass("Password (at least 12 characters): ")
    except EOFError:
        print("Nobody is there to type a password; give it with --password.")
        return WRONG_USE
    commands.prepare()
    commands.migrate()
    commands.add_user(options.email, name=options.name or options.email.split("@")[0],
                      role=options.role, password=password, team=options.team)
    if options.json:
        print_json({"email": options.email, "role": options.role})
    else:
        print(f"{options.email} may sign in as {options.role}.")
    return 0
