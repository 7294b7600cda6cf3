"""Every test of the world gets folders of its own for caches, state and settings, also for the processes it starts."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORETHOUGHT_CACHE_DIR", str(tmp_path / "own" / "cache"))
    monkeypatch.setenv("FORETHOUGHT_STATE_DIR", str(tmp_path / "own" / "state"))
    monkeypatch.setenv("FORETHOUGHT_CONFIG", str(tmp_path / "own" / "config.toml"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    return root
