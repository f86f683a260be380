"""Where the shared samples lie: ``AMENDS_SAMPLES``, else ``../shared/samples`` beside the checkout.

They are other people's material, read in place and never copied in. Where they are missing, the
tests that need them are left out, except under ``CI``, where that is a failure.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared"


def _root() -> Path:
    named = os.environ.get("AMENDS_SAMPLES")
    return Path(named) if named else _BESIDE / "samples"


def shared(name: str) -> Path:
    """The sample folder or file ``name`` (``camt``, ``expected.json``)."""
    return _existing(_root() / name)


def shared_recon(name: str) -> Path:
    """The reconciliation world or file ``name`` (``world-default``, ``score.py``)."""
    return _existing(_root().parent / "recon" / name)


def shared_domain(name: str) -> Path:
    """The domain file ``name`` (``clock-examples.json``)."""
    return _existing(_root().parent / "domain" / name)


def _existing(path: Path) -> Path:
    if path.exists():
        return path
    words = f"left out: {path.name} of the shared samples is not there (set AMENDS_SAMPLES)"
    if os.environ.get("CI"):
        pytest.fail(words)
    return pytest.skip(words)
