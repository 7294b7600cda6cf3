"""Which files brought an analysing process down, remembered across its death.

Before the sleeper reads a file by itself it writes the file's name down, and crosses it out afterwards. What the next
sleeper finds written there did not survive; a blob that is found twice in a row is set aside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

CRASHES_MAX = 2
_BLOBS_MAX = 1000


class _Noted(msgspec.Struct):
    running: str = ""
    counts: dict[str, int] = {}
    paths: dict[str, str] = {}


class Crashes:
    """The memory of one repository's crashes. Belongs to the elected sleeper's own thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._noted = _Noted()
        # An unreadable memory is an empty one: it only saves time.
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            self._noted = msgspec.json.decode(file.read_bytes(), type=_Noted)
        if self._noted.running:
            blob, self._noted.running = self._noted.running, ""
            self._noted.counts[blob] = self._noted.counts.get(blob, 0) + 1
            self._write()

    def is_blamed(self, blob: str) -> bool:
        """Whether reading this blob, or this stage of the work, ended a process too often."""
        return self._noted.counts.get(blob, 0) >= CRASHES_MAX

    def blamed_paths(self) -> dict[str, str]:
        """Path → why, of all that is set aside."""
        return {
            self._noted.paths.get(blob, blob): f"set aside: it brought the analysis down {count} times"
            for blob, count in self._noted.counts.items()
            if count >= CRASHES_MAX
        }

    def blame(self, blob: str, path: str) -> None:
        """A parse worker died of it as often as it may."""
        self._noted.counts[blob] = CRASHES_MAX
        self._noted.paths[blob] = path
        self._write()

    def forgive(self) -> None:
        """Forgets everything, so that all is tried again: after an upgrade, or when somebody asks for it."""
        self._noted = _Noted()
        self._file.unlink(missing_ok=True)

    @contextmanager
    def at(self, blob: str, path: str) -> Iterator[None]:
        """While this runs, a death of this process is blamed on the blob."""
        self._noted.running = blob
        self._noted.paths[blob] = path
        self._write()
        try:
            yield
        finally:
            self._noted.running = ""
            self._noted.counts.pop(blob, None)
            self._noted.paths.pop(blob, None)
            self._write()

    def _write(self) -> None:
        while len(self._noted.counts) > _BLOBS_MAX:
            self._noted.counts.pop(next(iter(self._noted.counts)))
        # Not being able to write it down must not keep anybody from working.
        with contextlib.suppress(OSError):
            if self._noted.running or self._noted.counts:
                temporary = self._file.with_suffix(".new")
                temporary.write_bytes(msgspec.json.encode(self._noted))
                temporary.replace(self._file)
            else:
                self._file.unlink(missing_ok=True)
