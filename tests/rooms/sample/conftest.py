"""One small company for the whole room: making it is the slow part."""

from __future__ import annotations

import pytest

from rooms.sample.companies import Company


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The small company."""
    return Company.made(tmp_path_factory.mktemp("company") / "sample")
