"""The deep analysis of a workspace as its owner sees it: files go in, records come out.

Joins lowering, the program, the summaries and the records. Files whose languages import each other's files are analysed
together, those of other languages beside them. It is used by one thread and opens nothing: library code comes through
a callable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from analyzers import languages
from analyzers.facts import FileFacts, called_names
from analyzers.graph import LOOKUP_FILES_MAX
from analyzers.inference import callgraph
from analyzers.inference.dialect import ReadLibrary
from analyzers.inference.program import Program
from analyzers.inference.recording import ordered_paths, records
from analyzers.inference.scopes import Body
from analyzers.inference.source import Source
from analyzers.inference.summaries import Summaries
from analyzers.languages.language import Language
from analyzers.records import FileLinks, Record
from analyzers.syntax import Syntax, decode, parse

EDITED_MAX = 50
"""More changed files than this were not changed by hand, and do not go before others."""


class _Part:
    """The files of one family of languages."""

    def __init__(self, language: Language, read_library: ReadLibrary) -> None:
        assert language.deep is not None
        self.deep = language.deep()
        self.program = Program(self.deep.dialect, self.deep.library(read_library))
        self.summaries = Summaries(self.program, language.is_test_path, language.is_test_name)

    def begin(self, paths: Sequence[str], texts: Mapping[str, str]) -> None:
        self.program.configure(*self.deep.modules(paths, texts))

    def update(self, path: str, parsed: Syntax | None) -> None:
        self.program.update(path, None if parsed is None else self.deep.lower(parsed.root, path))

    def settled(self) -> list[str]:
        changed = self.summaries.refresh()
        neighbours = {
            site.target: None
            for body in changed
            for site, _ in self.summaries.links.out.get(body, ())
            if isinstance(site.target, Body)
        }
        return ordered_paths(self.summaries, changed | neighbours)


class Analysis:
    """All files of one workspace, analysed together."""

    def __init__(self, read_library: ReadLibrary) -> None:
        self._read_library = read_library
        self._parts: dict[str, _Part] = {}
        """By family of languages; a family is loaded when the workspace has a file of it."""
        self._sources: dict[str, Source] = {}
        self._calls: dict[str, dict[str, int]] = defaultdict(dict)
        """For each name, the files that the index lists as calling it, and how often each does."""
        self._edited: dict[str, None] = {}
        """Files whose contents changed since records were last asked for."""

    def begin(self, paths: Sequence[str], texts: Mapping[str, str]) -> None:
        """These are the workspace's files, and the texts of its configuration files by path."""
        own: dict[str, list[str]] = {family: [] for family in self._parts}
        for path in paths:
            language = languages.for_path(path)
            if language is not None and language.deep is not None:
                own.setdefault(language.family, []).append(path)
                if language.family not in self._parts:
                    self._parts[language.family] = _Part(language, self._read_library)
        for family, found in own.items():
            self._parts[family].begin(found, texts)

    def update(self, path: str, source: bytes | None) -> None:
        """The file's current bytes, or None where it is gone."""
        language = languages.for_path(path)
        part = self._parts.get(language.family) if language is not None else None
        if language is None or part is None:
            return
        self._edited[path] = None
        for name in self._calls_of(path):
            self._calls[name].pop(path, None)
        parsed = parse(language.grammar(), decode(source)[0]) if source is not None else None
        if parsed is None:
            self._sources.pop(path, None)
            part.update(path, None)
            return
        facts = language.facts_of_syntax(parsed)
        self._sources[path] = Source(parsed.data, facts)
        sites = Counter(call.name for call in facts.calls)
        for name in called_names(facts):
            self._calls[name][path] = sites[name]
        part.update(path, parsed)

    def _calls_of(self, path: str) -> tuple[str, ...]:
        source = self._sources.get(path)
        return called_names(source.facts) if source is not None else ()

    def run(self, should_pause: Callable[[], bool]) -> bool:
        """Works until nothing changes any more (True) or until it should pause (False)."""
        return all(part.program.run(should_pause) for part in self._parts.values())

    def settled(self) -> list[str]:
        """Files whose records may have changed since this was last asked, likeliest first."""
        paths = [path for part in self._parts.values() for path in part.settled()]
        edited, self._edited = self._edited, {}
        if len(edited) > EDITED_MAX:
            return paths
        # What somebody has just saved is what is asked about next.
        return [*(p for p in paths if p in edited), *(p for p in paths if p not in edited)]

    def records(self, path: str) -> list[Record]:
        """What is known of the file's symbols."""
        language = languages.for_path(path)
        part = self._parts.get(language.family) if language is not None else None
        return [] if part is None else records(part.summaries, path, self._sources.get, self._lookup_digest)

    def links(self, path: str) -> FileLinks | None:
        """Where the names used in the file lead: left to linking by name, which needs no analysis."""
        return None

    def export(self) -> Iterator[dict[str, Any]]:
        """Everything, in the format that is scored against what programs did."""
        for part in self._parts.values():
            yield from part.summaries.export(lambda path, offset: self._sources[path].line(offset))

    def callgraph(self) -> dict[str, list[str]]:
        """Who calls whom by dotted names, in the form that call graphs are scored in."""
        found: dict[str, list[str]] = {}
        for part in self._parts.values():
            part.summaries.refresh()
            found |= callgraph.graph(part.program, part.summaries.links)
        return found

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
