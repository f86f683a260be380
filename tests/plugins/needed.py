"""Programs that some tests need: found, or left out in one line; under ``CI`` that is a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_BESIDE_PATH = ("/usr/sbin", "/usr/local/sbin")  # where a plain user's PATH does not look


def left_out(words: str) -> NoReturn:
    """Leave the test out and say why; where ``CI`` is set nothing may be left out."""
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(f"left out: {words}")


def program(package: str, *names: str) -> str:
    """The path of the first of ``names`` that is installed by Debian's ``package`` or otherwise."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), *_BESIDE_PATH])
    for name in names:
        if found := shutil.which(name, path=folders):
            return found
    left_out(f"{names[0]} is not there (apt-get install {package})")


def postgres_folder() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest where there are several."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name))
    if folders:
        return folders[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None
