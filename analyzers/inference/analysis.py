"""The deep analysis of a workspace as its owner sees it: files go in, records come out.

Joins lowering, the program, the summaries and the records. It is used by one thread and opens nothing: library code
comes through a callable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from analyzers import ir, languages
from analyzers.facts import FileFacts
from analyzers.graph import LOOKUP_FILES_MAX
from analyzers.inference import callgraph
from analyzers.inference.program import Program
from analyzers.inference.recording import Source, ordered_paths, records
from analyzers.inference.scopes import Body
from analyzers.inference.summaries import Summaries
from analyzers.languages.language import Language
from analyzers.languages.python import lower, roots
from analyzers.languages.python.dialect import DIALECT
from analyzers.records import FileLinks, Record
from analyzers.syntax import decode, parse

EDITED_MAX = 50
"""More changed files than this were not changed by hand, and do not go before others."""

LIBRARY_UNITS_MAX = 512
"""Library modules whose lowered form is kept, for all workspaces of the process: units are never changed."""

ReadLibrary = Callable[[str], tuple[str, bytes] | None]
"""The path and the text of a module outside the workspace by its dotted name."""


@lru_cache(maxsize=LIBRARY_UNITS_MAX)
def _lowered(data: bytes) -> ir.Unit | None:
    language = languages.for_path("module.py")
    parsed = parse(language.grammar(), decode(data)[0]) if language is not None else None
    return None if parsed is None else lower.lower(parsed.root)


class _Lowered:
    """Library modules, lowered when they are first asked for."""

    def __init__(self, read: ReadLibrary) -> None:
        self._read = read

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        found = self._read(module)
        if found is None:
            return None
        path, data = found
        unit = _lowered(data)
        return None if unit is None else (path, unit)


class Analysis:
    """All files of one workspace, analysed together."""

    def __init__(self, read_library: ReadLibrary) -> None:
        self._program = Program(DIALECT, _Lowered(read_library))
        language = languages.for_path("module.py")
        assert language is not None
        self._language: Language = language
        self._summaries = Summaries(self._program, language.is_test_path, language.is_test_name)
        self._sources: dict[str, Source] = {}
        self._calls: dict[str, dict[str, int]] = defaultdict(dict)
        """For each called name, how often each file calls it."""
        self._edited: dict[str, None] = {}
        """Files whose contents changed since records were last asked for."""
        self._texts: Mapping[str, str] = {}

    def begin(self, paths: Sequence[str], texts: Mapping[str, str]) -> None:
        """These are the workspace's files, and the texts of its configuration files by path."""
        own = [p for p in paths if languages.for_path(p) is self._language]
        found = roots.import_roots(own, texts)
        modules = roots.Modules(own, found)
        self._program.configure({p: roots.module_name(p, found) for p in own}, modules.resolve)

    def update(self, path: str, source: bytes | None) -> None:
        """The file's current bytes, or None where it is gone."""
        if languages.for_path(path) is not self._language:
            return
        self._edited[path] = None
        for name in self._calls_of(path):
            self._calls[name].pop(path, None)
        parsed = parse(self._language.grammar(), decode(source)[0]) if source is not None else None
        if parsed is None:
            self._sources.pop(path, None)
            self._program.update(path, None)
            return
        facts = self._language.facts_of_syntax(parsed)
        self._sources[path] = Source(parsed.data, facts)
        for name, count in Counter(call.name for call in facts.calls).items():
            self._calls[name][path] = count
        self._program.update(path, lower.lower(parsed.root))

    def _calls_of(self, path: str) -> set[str]:
        source = self._sources.get(path)
        return {call.name for call in source.facts.calls} if source is not None else set()

    def run(self, should_pause: Callable[[], bool]) -> bool:
        """Works until nothing changes any more (True) or until it should pause (False)."""
        return self._program.run(should_pause)

    def settled(self) -> list[str]:
        """Files whose records may have changed since this was last asked, likeliest first."""
        changed = self._summaries.refresh()
        neighbours = {
            site.target: None
            for body in changed
            for site, _ in self._summaries.links.out.get(body, ())
            if isinstance(site.target, Body)
        }
        edited, self._edited = self._edited, {}
        paths = ordered_paths(self._summaries, changed | neighbours)
        if len(edited) > EDITED_MAX:
            return paths
        # What somebody has just saved is what is asked about next.
        return [*(p for p in paths if p in edited), *(p for p in paths if p not in edited)]

    def records(self, path: str) -> list[Record]:
        """What is known of the file's symbols."""
        return records(self._summaries, path, self._sources.get, self._lookup_digest)

    def links(self, path: str) -> FileLinks | None:
        """Where the names used in the file lead: left to linking by name, which needs no analysis."""
        return None

    def export(self) -> Iterator[dict[str, Any]]:
        """Everything, in the format that is scored against what programs did."""
        return self._summaries.export(lambda path, offset: self._sources[path].line(offset))

    def callgraph(self) -> dict[str, list[str]]:
        """Who calls whom by dotted names, in the form that call graphs are scored in."""
        self._summaries.refresh()
        return callgraph.graph(self._program, self._summaries.links)

    def facts(self, path: str) -> FileFacts | None:
        """The facts of a file."""
        source = self._sources.get(path)
        return source.facts if source is not None else None

    def _lookup_digest(self, name: str) -> str:
        """The same words as `graph.lookup_digest` has for the same files."""
        found = self._calls.get(name, {})
        if len(found) > LOOKUP_FILES_MAX:
            return f"{len(found)} files"
        return f"{len(found)} files, {sum(found.values())} sites"
