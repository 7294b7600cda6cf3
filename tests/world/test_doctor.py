"""The doctor examines without changing anything, and says what a person can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.doctor import examine, worst
from lsp_server.messages import Status
from lsp_server.store import IndexWriter, repository_folders
from lsp_server.store.folders import config_file

STATUS = Status(
    id=1,
    pid=2,
    version="0",
    root="/",
    doing="nothing to do",
    currency="unwatched",
    watching="not watching: the limit on inotify watches is reached",
    files=3,
    deep_done=0,
    deep_total=0,
    paused=False,
    clients=1,
    uptime_s=1.0,
    memory_bytes=1,
    set_aside={f"{number}.py": "set aside" for number in range(12)},
    notes=("vendored: a repository of its own, left out",),
    background={"thinking": "no model is configured"},
)


def check(root: Path, status: Status | None, expected: dict[str, str]) -> None:
    """`expected`: name → verdict and a piece of the detail."""
    found = {check.name: f"{check.verdict}: {check.detail}" for check in examine(repository_folders(root), status)}
    for name, text in expected.items():
        verdict, piece = text.split(": ", 1)
        assert found[name].startswith(verdict), found[name]
        assert piece in found[name]


def test_a_fresh_machine(root: Path, tmp_path: Path) -> None:
    check(
        root,
        None,
        {
            "version": "good: Python",
            "languages": "good: python",
            "settings": "good: none",
            "index": "note: nothing is prepared yet",
            "journal": "good: nothing kept yet",
            "sleeper": "note: none runs here",
        },
    )
    assert not (tmp_path / "own").exists()
    assert worst(examine(repository_folders(root), None)) == "note"


def test_what_the_sleeper_says(root: Path) -> None:
    expected = {
        "sleeper": "good: nothing to do",
        "watching": "note: limit on inotify watches",
        "set aside": "note: and 2 more files",
        "left out": "note: vendored",
        "thinking": "note: no model",
    }
    check(root, STATUS, expected)


def test_what_is_broken(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = repository_folders(root)
    IndexWriter.open(folders.index).close()
    check(root, None, {"index": "good: 0 files"})
    folders.index.write_bytes(b"nonsense" * 4000)
    config_file().write_text("[analysis]\nworkers = 1\n", encoding="utf-8")
    check(root, None, {"index": "bad: not a database", "settings": "bad: workers"})
    assert worst(examine(folders, None)) == "bad"
