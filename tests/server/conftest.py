"""What every test of a server needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.support import isolated


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables that keep a server away from the user's own files."""
    return isolated(tmp_path)
