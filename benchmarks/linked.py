"""A folder of sources as the questions see it, linked by name in memory: for measuring without a store or a sleeper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from analyzers import facts, graph
from analyzers.languages.python import LANGUAGE
from analyzers.records import Record


class Linked:
    """Implements the graph's `Lookups` and the questions' `Neighbours` over files that are read once."""

    def __init__(self, root: Path, folders: Iterable[str] = (".",)) -> None:
        found = sorted({path for folder in folders for path in (root / folder).rglob("*.py")})
        self.sources = {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
        self._facts = {path: LANGUAGE.facts(raw) for path, raw in self.sources.items()}
        self._calling: dict[str, list[str]] = defaultdict(list)
        self._defining: dict[str, list[str]] = defaultdict(list)
        for path, each in self._facts.items():
            for name in facts.called_names(each):
                self._calling[name].append(path)
            for name in facts.defined_names(each):
                self._defining[name].append(path)
        self.module_path = LANGUAGE.modules(list(self.sources), {})
        self.record = cache(lambda path, name: graph.linked_record(path, name, self))

    def facts(self, path: str) -> facts.FileFacts | None:
        return self._facts.get(path)

    def paths_calling(self, name: str) -> Sequence[str]:
        return self._calling.get(name, ())

    def paths_defining(self, name: str) -> Sequence[str]:
        return self._defining.get(name, ())

    def source(self, path: str) -> bytes | None:
        return self.sources.get(path)

    def records(self, every: int = 1) -> Iterator[Record]:
        """The records of all symbols, or of every third and so on, in the order of paths."""
        names = [(path, each.qualname) for path, found in self._facts.items() for each in found.symbols]
        for path, name in names[::every]:
            record: Record | None = self.record(path, name)
            if record is not None:
                yield record
