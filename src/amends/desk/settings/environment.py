"""What the environment says: the only place that reads it for the desk."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


def data_folder() -> Path:
    """The data folder, ``AMENDS_DATA`` or ``data`` in the current folder."""
    return Path(os.environ.get("AMENDS_DATA") or "data").resolve()


def text(name: str, default: str = "") -> str:
    """The setting ``name`` as text."""
    return os.environ.get(name) or default


def secret_key(data: Path) -> str:
    """``AMENDS_SECRET_KEY``, else a key made once and kept in the data folder (mode 600)."""
    named = os.environ.get("AMENDS_SECRET_KEY")
    if named:
        return named
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def database(data: Path) -> dict[str, object]:
    """Django's database from ``DATABASE_URL`` (postgresql://), else SQLite in the data folder."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data / "desk.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                    "PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;"
                ),
            },
            "TEST": {"NAME": str(data / "test.sqlite3")},
        }
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "amends",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
