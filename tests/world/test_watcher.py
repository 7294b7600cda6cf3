"""The watcher turns events into hints, and says why it cannot watch; a fake observer stands in for the system."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from watchdog.events import (
    DirModifiedEvent,
    FileClosedNoWriteEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
)

from lsp_server.watcher import Listener, Watcher, explain, hears_changes


class Observer:
    """Remembers what it was asked to watch, and passes on the events that a test makes up."""

    def __init__(self, fail: OSError | None = None) -> None:
        self.watches: dict[str, tuple[Any, bool]] = {}
        self._fail = fail

    def schedule(self, handler: Any, path: str, *, recursive: bool) -> None:
        if self._fail is not None:
            raise self._fail
        self.watches[path] = (handler, recursive)

    def start(self) -> None: ...

    def unschedule_all(self) -> None:
        self.watches.clear()

    def is_alive(self) -> bool:
        return False

    def send(self, path: Path, event: FileSystemEvent) -> None:
        self.watches[str(path)][0].dispatch(event)


class Heard:
    def __init__(self) -> None:
        self.changed: list[str] = []
        self.lost: list[str] = []
        self.heads = 0
        self.now_s = 0.0

    def listener(self) -> Listener:
        def moved() -> None:
            self.heads += 1

        return Listener(self.changed.append, self.lost.append, moved, lambda: self.now_s)


def started(root: Path, heard: Heard, make: Callable[[], Any], git: Path | None = None) -> Watcher:
    watcher = Watcher(root, git, lambda name: name in ("node_modules", ".git"), heard.listener(), make)
    watcher.start()
    return watcher


def test_events_become_names(root: Path) -> None:
    for name in ("app", "node_modules", ".git"):
        (root / name).mkdir()
    observer, heard = Observer(), Heard()
    watcher = started(root, heard, lambda: observer, root / ".git")
    assert (watcher.state, watcher.trusted) == ("watching", True)
    assert {Path(path).name: recursive for path, (_, recursive) in observer.watches.items()} == {
        "repo": False,
        "app": True,
        ".git": False,
    }
    observer.send(root / "app", FileModifiedEvent(str(root / "app" / "a.py")))
    observer.send(root / "app", FileMovedEvent(str(root / "app" / "b.py"), str(root / "app" / "c.py")))
    observer.send(root / "app", FileMovedEvent(str(root / "app" / "d.py"), "/elsewhere/d.py"))
    observer.send(root / "app", FileOpenedEvent(str(root / "app" / "a.py")))
    observer.send(root / "app", FileClosedNoWriteEvent(str(root / "app" / "a.py")))
    observer.send(root / "app", DirModifiedEvent(str(root / "app")))
    assert heard.changed == ["app/a.py", "app/b.py", "app/c.py", "app/d.py"]
    observer.send(root / ".git", FileMovedEvent(str(root / ".git" / "HEAD.lock"), str(root / ".git" / "HEAD")))
    observer.send(root / ".git", FileModifiedEvent(str(root / ".git" / "index")))
    assert heard.heads == 1
    watcher.stop()
    assert not watcher.trusted


def test_many_folders_at_the_root_get_one_watch(root: Path) -> None:
    for number in range(40):
        (root / f"d{number}").mkdir()
    observer = Observer()
    started(root, Heard(), lambda: observer)
    assert [recursive for _, recursive in observer.watches.values()] == [True]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "inotify watch limit reached"), "fs.inotify.max_user_watches"),
        (OSError(errno.EMFILE, "inotify instance limit reached"), "fs.inotify.max_user_instances"),
        (OSError(errno.EACCES, "Permission denied"), "Permission denied"),
    ],
)
def test_a_limit_that_is_reached_is_explained(root: Path, error: OSError, words: str) -> None:
    watcher = started(root, Heard(), lambda: Observer(error))
    assert not watcher.trusted
    assert words in watcher.state
    assert watcher.state.endswith("Files are compared from time to time instead")
    assert words in explain(error)


def test_overflow_is_noticed_by_what_watchdog_logs(root: Path) -> None:
    heard = Heard()
    watcher = started(root, heard, Observer)
    logging.getLogger("watchdog.observers.inotify").warning("Inotify queue overflowed; reconciling below %r", "x")
    assert heard.lost == ["the system's queue of file events overflowed"]
    watcher.stop()
    logging.getLogger("watchdog.observers.inotify").warning("Inotify queue overflowed")
    assert len(heard.lost) == 1


def test_a_burst_counts_as_lost_events_once(root: Path) -> None:
    (root / "app").mkdir()
    observer, heard = Observer(), Heard()
    started(root, heard, lambda: observer)
    event = FileModifiedEvent(str(root / "app" / "a.py"))
    for number in range(12_000):
        heard.now_s = number / 8_000
        observer.send(root / "app", event)
    assert heard.lost == ["more events than the system may have kept"]


def test_where_events_cannot_be_trusted() -> None:
    assert hears_changes("ext4")
    assert not hears_changes("nfs4")
    assert not hears_changes("9p")
