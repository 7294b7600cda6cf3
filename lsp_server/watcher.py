"""Hears of changes to files: the only importer of `watchdog`. What it says are hints; reconciling makes the truth.

It knows no rules of what is read, it forwards names. Folders at the root that are never entered (`.git`,
`node_modules`, environments) get no watch at all, which is most of what watching costs; git's HEAD is
watched by itself.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import EVENT_TYPE_CLOSED_NO_WRITE, EVENT_TYPE_OPENED, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

_WATCHES_MAX = 32
"""Watches of folders at the root; with more folders than that, one watch of the whole root serves."""

_BURST_EVENTS_MAX = 5000
_BURST_S = 1.0
"""More events than this in so short a time: the system's queue (16,384 entries on Linux) may have overflowed."""

_IGNORED_EVENTS = frozenset({EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE})


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told. All are called on the watcher's own threads and must return at once."""

    changed: Callable[[str], None]
    """This name, relative to the root, may have changed; a folder's name stands for everything below it."""
    lost: Callable[[str], None]
    """Events may have been lost, for the reason given."""
    moved_head: Callable[[], None]
    """Git's HEAD was written: a commit, or another branch."""
    now_s: Callable[[], float]


class Watcher:
    """Watches one repository from `start` to `stop`."""

    def __init__(
        self,
        root: Path,
        git_folder: Path | None,
        skip: Callable[[str], bool],
        listener: Listener,
        make_observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        self._root = root
        self._git_folder = git_folder
        self._skip = skip
        self._listener = listener
        self._make_observer = make_observer
        self._observer: BaseObserver | None = None
        self._watched: frozenset[str] | None = None
        """Names of the folders at the root that have a watch; None while the whole root has one."""
        self._log = _OverflowLog(listener)
        # Held while watches are made or renewed: a new folder at the root and `stop` may come together.
        self._lock = threading.Lock()
        self.state = "not watching yet"
        self.trusted = False
        """Whether what is heard can be relied on; where not, the files must be compared from time to time."""

    def start(self) -> None:
        """Begins to watch. What cannot be watched is said in `state`, never raised."""
        with self._lock:
            self._start()

    def stop(self) -> None:
        """Ends all watches."""
        with self._lock:
            self._stop()

    def root_changed(self) -> None:
        """A folder at the root came or went: watches it, or forgets it."""
        with self._lock:
            if self._observer is None or self._watched is None or self._watched == frozenset(self._root_folders()):
                return
            self._stop()
            self._start()
        self._listener.lost("a folder at the root came or went")

    def _start(self) -> None:
        observer = self._make_observer()
        folders = self._root_folders()
        handler = _Handler(self._root, self, self._listener)
        try:
            if len(folders) > _WATCHES_MAX:
                observer.schedule(handler, str(self._root), recursive=True)
                self._watched = None
            else:
                observer.schedule(handler, str(self._root), recursive=False)
                for name in folders:
                    observer.schedule(handler, str(self._root / name), recursive=True)
                self._watched = frozenset(folders)
            if self._git_folder is not None:
                observer.schedule(_HeadHandler(self._listener), str(self._git_folder), recursive=False)
            observer.start()
        except Exception as error:
            # watchdog's back ends raise OSError and errors of their own. Whatever it is, there is a way without events.
            self._end(observer)
            self.state, self.trusted = f"not watching: {explain(error)}", False
            return
        logging.getLogger("watchdog").addHandler(self._log)
        self._observer = observer
        self.state, self.trusted = "watching", True

    def _stop(self) -> None:
        observer, self._observer = self._observer, None
        self.state, self.trusted = "not watching any more", False
        logging.getLogger("watchdog").removeHandler(self._log)
        if observer is not None:
            self._end(observer)

    @staticmethod
    def _end(observer: BaseObserver) -> None:
        try:
            observer.unschedule_all()
            if observer.is_alive():
                observer.stop()
                observer.join(2.0)
        except Exception:
            # Nothing that goes wrong while a watch is given up matters to anybody.
            logging.getLogger(__name__).debug("while giving up a watch", exc_info=True)

    def _root_folders(self) -> Sequence[str]:
        try:
            with os.scandir(self._root) as listing:
                folders = [entry.name for entry in listing if entry.is_dir(follow_symlinks=False)]
            return sorted(name for name in folders if not self._skip(name))
        except OSError:
            return []


def explain(error: BaseException) -> str:
    """Why watching failed, and what to do about it."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOSPC:
        return (
            "the limit on inotify watches is reached; raise it with "
            "`sudo sysctl fs.inotify.max_user_watches=524288`. Files are compared from time to time instead"
        )
    if number == errno.EMFILE:
        return (
            "the limit on inotify instances is reached; raise it with "
            "`sudo sysctl fs.inotify.max_user_instances=512`. Files are compared from time to time instead"
        )
    return f"{error}. Files are compared from time to time instead"


def hears_changes(file_system: str) -> bool:
    """Whether changes made elsewhere are heard on a file system of this type: not on network mounts or WSL's."""
    if sys.platform == "win32":
        return True
    return file_system not in {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "davfs", "drvfs"}


class _Handler(FileSystemEventHandler):
    def __init__(self, root: Path, watcher: Watcher, listener: Listener) -> None:
        self._prefix = str(root) + os.sep
        self._watcher = watcher
        self._listener = listener
        self._burst_started_s = 0.0
        self._burst_events = 0

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _IGNORED_EVENTS:
            return
        self._count()
        for path in (event.src_path, event.dest_path):
            text = os.fsdecode(path) if path else ""
            if not text.startswith(self._prefix):
                continue
            name = text[len(self._prefix) :].replace(os.sep, "/")
            if event.is_directory:
                # That a folder was modified says only that something in it came or went, which has its own event.
                if event.event_type == "modified":
                    continue
                if "/" not in name:
                    threading.Thread(target=self._watcher.root_changed, daemon=True).start()
            self._listener.changed(name)

    def _count(self) -> None:
        now_s = self._listener.now_s()
        if now_s - self._burst_started_s > _BURST_S:
            self._burst_started_s, self._burst_events = now_s, 0
        self._burst_events += 1
        if self._burst_events == _BURST_EVENTS_MAX:
            self._listener.lost("more events than the system may have kept")


class _HeadHandler(FileSystemEventHandler):
    """Git replaces HEAD by renaming its lock file onto it, and writes `COMMIT_EDITMSG` at each commit."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _IGNORED_EVENTS:
            return
        for path in (event.src_path, event.dest_path):
            if os.path.basename(os.fsdecode(path)) in ("HEAD", "ORIG_HEAD", "MERGE_HEAD", "COMMIT_EDITMSG"):
                self._listener.moved_head()
                return


class _OverflowLog(logging.Handler):
    """watchdog says only in its log that the system's queue overflowed."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(logging.WARNING)
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._listener.lost("the system's queue of file events overflowed")
