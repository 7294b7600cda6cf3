"""A folder analysed as the sleeper would, held in memory: for measuring without a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyzers import languages
from analyzers.records import Record
from lsp_server.deep_files import FileAnalysis

_SKIPPED = frozenset({".git", ".venv", "node_modules", "__pycache__", "build", "dist"})


class Deep:
    """Implements the questions' `Neighbours` over deep records."""

    def __init__(self, root: Path) -> None:
        found = sorted(
            path
            for path in root.rglob("*")
            if languages.for_path(path.name) is not None
            and path.is_file()
            and not _SKIPPED.intersection(path.relative_to(root).parts)
        )
        self.sources = {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
        files = FileAnalysis(root)
        files.begin(list(self.sources))
        for path, source in self.sources.items():
            files.update(path, source)
        files.run((), lambda: False)
        files.settled()
        self._records = {(path, each.name): each for path in self.sources for each in files.records(path)}

    def record(self, path: str, name: str) -> Record | None:
        return self._records.get((path, name))

    def source(self, path: str) -> bytes | None:
        return self.sources.get(path)

    def records(self) -> Iterator[Record]:
        """All of them, in the order of paths."""
        yield from self._records.values()

    def outside_tests(self) -> Iterator[Record]:
        """The records of the package's own code."""
        for record in self._records.values():
            if languages.is_source_path(record.path):
                yield record
