"""What files hold now, for a reader without a sleeper to tell: each is looked at when somebody asks about it.

A file whose size and time are as they were is not read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from analyzers.text import blob_name

FILE_BYTES_MAX = 16 << 20


class DiskTable(Mapping[str, str]):
    """Path → blob of the file as it is on disk. Belongs to one thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, tuple[tuple[int, int], str]] = {}

    def __getitem__(self, path: str) -> str:
        try:
            status = (self._root / path).stat()
            signature = (status.st_mtime_ns, status.st_size)
            known = self._known.get(path)
            if known is None or known[0] != signature:
                raw = (self._root / path).read_bytes() if status.st_size <= FILE_BYTES_MAX else b""
                known = self._known[path] = (signature, blob_name(raw))
        except OSError as error:
            raise KeyError(path) from error
        return known[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
