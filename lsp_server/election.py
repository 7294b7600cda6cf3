"""Who writes: of all sleepers of one repository, the one that holds the lock. The operating system lets go of it when
its holder dies, however it dies, and the next one takes over."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from lsp_server.store.folders import remove_cache, vanished_caches

_RETRY_S = 0.5


class Election:
    """One candidate. Belongs to one thread, but for `stop`."""

    def __init__(self, lock_file: Path, retry_s: float = _RETRY_S) -> None:
        self._lock = FileLock(lock_file, timeout=0, thread_local=False)
        self._retry_s = retry_s
        self._stopping = threading.Event()

    @property
    def won(self) -> bool:
        """Whether this process is the one that writes."""
        return bool(self._lock.is_locked)

    def try_once(self) -> bool:
        """Whether this process holds the lock now. Raises `OSError` where the file system has no locks."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def wait(self) -> bool:
        """Waits to be elected; False where it was stopped before."""
        while not self._stopping.is_set():
            if self.try_once():
                return True
            self._stopping.wait(self._retry_s)
        return False

    def stop(self) -> None:
        """Ends `wait`; a lock that is held stays held."""
        self._stopping.set()

    def resign(self) -> None:
        """Lets another one write."""
        self._lock.release()


def somebody_writes(lock_file: Path) -> bool:
    """Whether some process holds the lock now. Creates nothing where there is no lock file."""
    if not lock_file.exists():
        return False
    election = Election(lock_file)
    try:
        won = election.try_once()
    except OSError:
        return False
    if won:
        election.resign()
    return not won


def remove_vanished_caches(own: Path) -> None:
    """Removes caches of repositories that are gone, and in which nobody writes."""
    for cache in vanished_caches():
        with contextlib.suppress(OSError):
            if cache != own and Election(cache / "writer.lock").try_once():
                remove_cache(cache)
