"""What can go wrong with a store, as types whose text a person can act on. Knows nothing of sqlite3's own errors."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """A store could not be read or written; `path` is the file, `advice` is what a person can do about it."""

    advice = "try again"

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail


class StoreAbsent(StoreError):
    """There is no store yet: nothing was prepared."""

    advice = "run `forethought analyze`"


class StoreBusy(StoreError):
    """Another process holds it for the moment; for a reader this means "not prepared yet"."""

    advice = "another process is writing; try again"


class StoreDamaged(StoreError):
    """The file is not a store, or not a whole one."""

    advice = "run `forethought clean`: the index is rebuilt at will"


class StoreTooNew(StoreError):
    """A newer version of Forethought wrote it, and this one does not understand it."""

    advice = "upgrade forethought"


class StoreFull(StoreError):
    """The disk is full, read-only or failing."""

    advice = "make room on the disk or check its permissions"
