"""What others made: pinned, permissive, installed and never copied in."""

from __future__ import annotations

import hashlib
import re
import socket
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import pytest

from house.tree import ROOT, expect_none, files, texts, where
from samples import shared

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PERMISSIVE = re.compile(r"MIT|BSD|Apache|ISC|0BSD|Zlib|CC0|PSF|Python Software|MPL|Mozilla", re.I)
COPYLEFT = re.compile(r"GPL|AGPL|EUPL|SSPL", re.I)
# Copyleft that is used as a library and not changed, or that offers a permissive choice.
AGREED = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only",
          "pyphen": "GPL, LGPL or MPL, at our choice"}
PACKED = (".whl", ".so", ".jar", ".exe", ".dll", ".ttf", ".otf", ".woff", ".woff2", ".min.js",
          ".min.css", ".zip", ".gz", ".tar", ".parquet", ".xls")
# Written in parts, so that this file does not hold what it looks for.
NEVER_NAMED = [re.compile(pattern) for pattern in (
    r"(?<![\w.])/wo" + r"rk/", r"(?<![\w.])/ro" + r"ot/", r"(?<![\w.])/ho" + r"me/\w",
    r"python" + r"hosted", r"py" + r"pi\.org", r"registry\.npm" + r"js",
    r"deb\.deb" + r"ian", r"/opt/py" + r"pi", r"/opt/wh" + r"eels")]


def pins(lock: Path) -> dict[str, set[str]]:
    """Each package of a lock with its versions (more than one where Pythons differ)."""
    found = defaultdict(set)
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.M):
        found[name].add(version)
    return dict(found)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    """Each entry of a lock names one version and at least one sha256; none names a host."""
    entries = re.split(r"^(?=\S)(?!\s*#)", lock.read_text(), flags=re.M)
    entries = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert entries
    expect_none([entry.split("\n")[0] for entry in entries
            if not re.match(r"[\w.-]+==\S+", entry) or "--hash=sha256:" not in entry])
    assert "://" not in lock.read_text()
    assert "--index" not in lock.read_text()


def test_the_layers_agree() -> None:
    """A package has the same version in every layer, and the test layer holds the run layer."""
    run, tests, installer = (pins(ROOT / "requirements" / f"{name}.txt")
                             for name in ("run", "test", "installer"))
    assert {name: versions for name, versions in run.items() if tests.get(name) != versions} == {}
    assert {name: versions for name, versions in installer.items()
            if tests.get(name, versions) != versions} == {}


def licence(name: str) -> str:
    """What a package's own metadata says its licence is."""
    said = metadata.metadata(name)
    return " | ".join([said.get("License-Expression") or "",
                       (said.get("License") or "").split("\n")[0],
                       *(one for one in said.get_all("Classifier", []) if "License" in one)])


def test_everything_installed_with_the_program_is_permissive() -> None:
    """Whoever takes Amends, Apache-2.0, takes on no other duty than naming its authors."""
    wrong = {}
    for name in pins(ROOT / "requirements" / "run.txt"):
        try:
            words = licence(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        if name not in AGREED and (COPYLEFT.search(words) or not PERMISSIVE.search(words)):
            wrong[name] = words
    assert wrong == {}


def test_no_machine_and_no_registry_is_named() -> None:
    """The tree reads the same wherever it was written."""
    host = socket.gethostname()
    patterns = [*NEVER_NAMED, *([re.compile(rf"\b{re.escape(host)}\b")] if len(host) > 8 else [])]
    expect_none([f"{where(path, number)} {found[0]}" for path, text in texts().items()
            for number, line in enumerate(text.splitlines(), 1)
            for pattern in patterns if (found := pattern.search(line))])


def test_nothing_packed_or_built_is_committed() -> None:
    """Programs, fonts and built scripts come from the locked packages."""
    expect_none([where(path, 1) for path in files() if path.name.endswith(PACKED)])


def test_no_shared_sample_is_committed() -> None:
    """Other people's files are read where they lie, under whatever name."""
    ours = {path.stat().st_size: path for path in files() if path.stat().st_size > 200}
    theirs = (path for path in shared(".").rglob("*") if path.is_file())

    def sha256(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    expect_none([where(ours[path.stat().st_size], 1) for path in theirs
            if path.stat().st_size in ours
            and sha256(path) == sha256(ours[path.stat().st_size])])
