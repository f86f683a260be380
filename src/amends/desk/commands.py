"""What the command line may ask of the desk. The only module that ``cli`` imports from here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any


def prepare() -> None:
    """Set Django up; the settings are those of DJANGO_SETTINGS_MODULE, else local ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.desk.settings.local")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to this version; a database of a newer version is refused."""
    from amends.desk.upkeep import bring_up_to_date

    bring_up_to_date()


def add_user(email: str, *, name: str, role: str, password: str, team: str) -> None:
    """Add a person who may sign in, or change role, name and password of one who is there."""
    from amends.desk import clock
    from amends.desk.access import Actor
    from amends.desk.actions.people import add_person

    add_person(actor=Actor("command line"), now=clock.now(), email=email, name=name, role=role,
               password=password, team=team)


def import_path(
    path: Path, say: Callable[[str], None], *, history: bool = False
) -> dict[str, Any]:
    """Import one file or a folder (of files, or a sample company) and do the work that follows."""
    from amends.desk.importing import import_everything

    return import_everything(path, say, history=history)


def work(until: Callable[[], bool]) -> None:
    """Run the jobs and schedules until ``until()``."""
    from amends.desk.jobs.worker import work as run

    run(until=until)


def drain() -> int:
    """Do every job that is ready now; gives how many."""
    from amends.desk.jobs.worker import drain as run

    return run()


def sample_accounts() -> list[dict[str, str]]:
    """One account for each role of the sample company, made or found; with their passwords."""
    from amends.desk.sample_company import accounts

    return accounts()


def liven_sample(say: Callable[[str], None]) -> None:
    """Some weeks of work on the sample company's cases."""
    from amends.desk.sample_work import liven

    liven(say)


def sample_loaded() -> bool:
    """Whether the sample company is there already."""
    from amends.desk.models import Case

    return Case.objects.exists()


def wait_ready(url: str, seconds: float) -> bool:
    """Whether ``url`` answers /readyz with 200 within ``seconds``."""
    import urllib.error
    import urllib.request

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def data_folder() -> Path:
    """The data folder in use."""
    from django.conf import settings

    return Path(settings.DATA)


def today() -> date:
    """The present day at the desk."""
    from amends.desk import clock

    return clock.today()


def sample_api_key() -> str:
    """The sample company's API key."""
    from amends.desk.sample_company import api_key

    return api_key()


def openapi() -> dict[str, object]:
    """The API's document (OpenAPI 3.1)."""
    from amends.desk.api.door import api

    return dict(api.get_openapi_schema())


def backup(target: Path) -> dict[str, object]:
    """Write everything into one file."""
    from amends.desk.archive import backup as run

    return run(target)


def restore(source: Path) -> dict[str, object]:
    """Bring a backup back into an empty desk."""
    from amends.desk.archive import restore as run

    return run(source)


def verify_audit() -> dict[str, object]:
    """Whether the chain of events holds: how many events, and each place where it does not."""
    from amends.desk import chain
    from amends.desk.models import Event
    from amends.desk.queries.audit import chained_events, stream_heads

    faults = chain.verify(chained_events(), stream_heads())
    return {
        "holds": not faults, "events": Event.objects.count(),
        "faults": [{"stream": f.stream, "seq": f.seq, "what": f.what} for f in faults],
    }


def propose(label: str) -> list[dict[str, object]]:
    """What evidence and policy suggest for one case (``AM-000123``) or all open ones (empty)."""
    from amends.desk.queries.proposals import proposals

    return proposals(label)
