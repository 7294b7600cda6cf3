"""A repository as a reader sees it: the index, overlaid with what is open in the editor and not yet saved.

The server, the command line and the MCP server read through this. It answers from memory and from the index, never
waits, and raises nothing: what cannot be read is absent. Knows no question and no feature.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from analyzers import graph, languages, syntax
from analyzers.anticipation import Anticipated
from analyzers.evidence.failing import Failing, FailingTest, SeenSuspect
from analyzers.evidence.history import FileHistory, Since
from analyzers.evidence.observed import Observed
from analyzers.evidence.observing import placed
from analyzers.facts import MODULE, FileFacts, Symbol
from analyzers.records import FileLinks, Place, Record
from analyzers.tables import file_of
from analyzers.text import Lines, blob_name
from lsp_server import locations
from lsp_server.buffers import Buffer
from lsp_server.modules import ModuleTable
from lsp_server.store import IndexReader, StoreError
from lsp_server.store.history import HistoryReader
from lsp_server.workspace import NEVER_ENTERED

TEXTS_CACHED_MAX = 256
TEXTS_CACHED_BYTES_MAX = 6 << 20
"""Texts of files that answers cite, kept for the next request."""
BUFFER_FACTS_CACHED_MAX = 64
TEXT_BYTES_MAX = 16 << 20
"""A larger file is never read to show a line of it."""
DIGESTS_CACHED_MAX = 4_000
SUSPECTED_MAX = 20

_Concerned = dict[tuple[str, str], tuple[FailingTest | None, tuple[tuple[FailingTest, SeenSuspect], ...]]]

_log = logging.getLogger(__name__)
Value = TypeVar("Value")


def repository_root(folder: Path) -> Path:
    """The root of the repository that a folder belongs to: where its `.git` is, else the folder itself.

    An unpacked package inside a repository's cache or environment is no part of that repository.
    """
    for each in (folder, *folder.parents):
        if (each / ".git").exists():
            return each
        if each.name in NEVER_ENTERED:
            break
    return folder


class View:
    """One repository. Belongs to one thread; `buffers` may be changed by its owner between calls."""

    def __init__(
        self,
        root: Path,
        reader: IndexReader,
        buffers: Mapping[str, Buffer],
        table: Callable[[], Mapping[str, str] | None] = lambda: None,
        state: Callable[[], str] = str,
    ) -> None:
        self.root = root
        self.reader = reader
        self._histories = HistoryReader(reader.path.parent)
        self.buffers = buffers
        """Open buffers by their path in the repository."""
        self._failing: tuple[Failing, _Concerned] = (Failing(), {})
        self._files: Mapping[str, str] | None = None
        self._table = table
        self._state = state
        self._modules = ModuleTable()
        self._texts: OrderedDict[tuple[str, str], tuple[bytes, Lines]] = OrderedDict()
        self._texts_bytes = 0
        self._buffer_facts: dict[str, tuple[bytes, FileFacts]] = {}
        self._digests: OrderedDict[str, dict[str, frozenset[str]]] = OrderedDict()

    def refresh(self) -> None:
        """Look at the index's table of files anew. Whoever begins a request does; until then one table is read."""
        self._files = None
        self.reader.begin()

    def note(self) -> str:
        """What a reader must know about how current this is; empty where all is current."""
        return self._state()

    def uri(self, path: str) -> str:
        """The URI by which editors know a file of the repository, or a library's, which goes by its absolute path."""
        on = locations.platform()
        full = path if os.path.isabs(path) else locations.absolute(path, str(self.root), on)
        return locations.path_to_uri(full, on)

    def blob(self, path: str) -> str | None:
        """The blob that the index has for a path."""
        return self.paths().get(path)

    def paths(self) -> Mapping[str, str]:
        """Path → blob of every file in the index."""
        if self._files is None:
            none: dict[str, str] = {}
            self._files = self._read(self.reader.files, none)
        return self._files

    def record(self, path: str, name: str) -> Record | None:
        """The deep record of a symbol, if it is prepared."""
        return self._read(lambda: self.reader.record(path, name), None)

    def links(self, path: str) -> FileLinks | None:
        """Where the names in the saved file lead, if that is prepared."""
        return self._read(lambda: self.reader.links(path), None)

    def top(self, count: int) -> list[Record]:
        """The records that someone will most likely ask about: as the predictor names them, then by the records' own
        order."""
        found: dict[tuple[str, str], Record] = {}
        for each in self.anticipated(count):
            record = self.record(each.path, each.symbol) or graph.linked_record(each.path, each.symbol, self)
            if record is not None:
                found[(each.path, each.symbol)] = record
        if len(found) < count:
            none: list[Record] = []
            for record in self._read(lambda: self.reader.top(count), none):
                found.setdefault((record.path, record.name), record)
        return list(found.values())[:count]

    def anticipated(self, count: int) -> list[Anticipated]:
        """What the predictor names first, with its reasons; nothing where it has not been at work."""
        return self._histories.anticipated(count)

    def preferences(self) -> dict[str, float]:
        """How often each kind of question was really asked in this repository."""
        return self._histories.preferences()

    def strengths(self, path: str, symbol: str) -> dict[str, float]:
        """What makes single kinds of question likelier at an anchor."""
        return self._histories.strengths(path, symbol)

    def history(self, path: str) -> FileHistory | None:
        """What git says about a file, if that is prepared."""
        return self._histories.file(path)

    def failing(self) -> Failing:
        """Which tests fail at present, as the last runs left word."""
        return self._histories.failing()

    def since(self) -> Since | None:
        """What changed since the tests passed, where that is known."""
        return self._histories.since()

    def observed(self, record: Record) -> Observed | None:
        """What was seen of a symbol when tests ran; None where nothing was."""
        failing = self._histories.failing()
        if failing is not self._failing[0]:
            self._failing = (failing, _by_symbol(failing))
        fails, suspected = self._failing[1].get((record.path, record.name), (None, ()))
        digest, seen = self._histories.observed(record.path).get(record.name, ("", None))
        if seen is not None and digest == record.digest:
            lines = self.lines(record.path)
            found = placed(seen, record.start, lines.line_of(record.start) if lines is not None else 0)
        elif fails is None and not suspected:
            return None
        else:
            found = Observed()
        return msgspec.structs.replace(found, fails=fails, suspected=suspected)

    def records_in(self, path: str) -> list[Record]:
        """The deep records of a file."""
        return self._read(lambda: self.reader.records_in(path), [])

    def facts(self, path: str) -> FileFacts | None:
        """The facts of a file as it is now: of the open buffer where it differs from the index."""
        buffer = self.buffers.get(path)
        if buffer is None or buffer.blob == self.blob(path):
            return self.index_facts(path)
        return self._facts_of_buffer(path, buffer) or self.index_facts(path)

    def index_facts(self, path: str) -> FileFacts | None:
        """The facts of a file as the index has it."""
        blob = self.paths().get(path)
        return self._read(lambda: self.reader.facts(blob), None) if blob is not None else None

    def paths_calling(self, name: str) -> Sequence[str]:
        """Files that call something of this last name."""
        return self._read(lambda: self.reader.paths_calling(name), ())

    def paths_defining(self, name: str) -> Sequence[str]:
        """Files that define something of this last name."""
        return self._read(lambda: self.reader.paths_defining(name), ())

    def defined_names(self) -> Sequence[str]:
        """Every name that some file of the index defines, or lately defined."""
        none: list[str] = []
        return self._read(self.reader.defined_names, none)

    def module_path(self, module: str, importer_path: str) -> str | None:
        """The file that an import means; relative names keep their leading dots."""
        return self._modules.path(module, importer_path, self.paths(), self._configuration)

    def tree(self, path: str) -> syntax.Syntax | None:
        """The tree of an open buffer, if it is of the present text."""
        buffer = self.buffers.get(path)
        tree = buffer.tree() if buffer is not None else None
        return tree if buffer is not None and buffer.tree_is_current else None

    def symbol(self, path: str, name: str) -> Symbol | None:
        """The symbol of that qualified name as it is now; the last one where several have it."""
        facts = self.facts(path)
        file = file_of(path, facts) if facts is not None else None
        at = file.named(name) if file is not None else MODULE
        return file.facts.symbols[at] if file is not None and at != MODULE else None

    def digests(self, path: str) -> Mapping[str, frozenset[str]] | None:
        """Qualified name → digests of the definitions that have it, as the file is now; None where nobody can tell.

        Now is what the editor shows; else what the sleeper last saw on disk; else what the index has.
        """
        buffer, table = self.buffers.get(path), self._table()
        if buffer is not None:
            blob = buffer.blob
        else:
            blob = table.get(path, "") if table is not None else self.blob(path) or ""
        cached = self._digests.get(blob)
        if cached is None:
            indexed = self._read(lambda: self.reader.facts(blob), None) if blob else None
            facts = indexed if indexed is not None or buffer is None else self._facts_of_buffer(path, buffer)
            if facts is None or (indexed is None and buffer is not None and not buffer.tree_is_current):
                return None
            gathered: dict[str, set[str]] = {}
            for symbol in facts.symbols:
                gathered.setdefault(symbol.qualname, set()).add(symbol.digest)
            cached = {name: frozenset(found) for name, found in gathered.items()}
            self._digests[blob] = cached
            if len(self._digests) > DIGESTS_CACHED_MAX:
                self._digests.popitem(last=False)
        return cached

    def source(self, path: str) -> bytes | None:
        """The text that the index's facts of a file were made from, if it is at hand: what quotes are cut from."""
        blob = self.blob(path)
        buffer = self.buffers.get(path)
        if blob is None or (buffer is not None and buffer.blob == blob):
            return buffer.data if buffer is not None else None
        found = self._text(path, blob)
        return found[0] if found is not None and (path, blob) in self._texts else None

    def text(self, path: str) -> bytes | None:
        """The text of a file as it is now."""
        found = self._now(path)
        return found[0] if found is not None else None

    def lines(self, path: str) -> Lines | None:
        """Where the lines of `text` start."""
        found = self._now(path)
        return found[1] if found is not None else None

    def line_now(self, place: Place) -> int:
        """The line, counted from 1, on which a cited text is now."""
        now = self._now(place.path)
        return place.line if now is None else now[1].line_of(self.offset_now(place)) + 1

    def offset_now(self, place: Place) -> int:
        """Where a cited text starts now: followed through unsaved edits, and checked against the quote."""
        now = self._now(place.path)
        if now is None:
            return place.start
        buffer, blob = self.buffers.get(place.path), self.blob(place.path)
        moved = place.start
        if buffer is not None and blob is not None and buffer.blob != blob:
            followed = buffer.follow(place.start, blob)
            moved = place.start if followed is None else followed
        mark = _mark(place.quote)
        if not mark or _holds(now[0], now[1], moved, mark):
            return moved
        return self._search(place, now[0], moved, mark)

    def _search(self, place: Place, data: bytes, near: int, mark: bytes) -> int:
        symbol = self.symbol(place.path, place.symbol) if place.symbol else None
        low, high = (symbol.start, symbol.end) if symbol is not None else (0, len(data))
        after = data.find(mark, max(low, min(near, high)), high)
        before = data.rfind(mark, low, max(low, min(near + len(mark), high)))
        hits = [offset for offset in (after, before) if offset >= 0]
        if hits:
            return min(hits, key=lambda offset: abs(offset - near))
        return symbol.name_start if symbol is not None else near

    def _configuration(self, path: str) -> bytes | None:
        found = self._text(path, "")
        return found[0] if found is not None else None

    def _now(self, path: str) -> tuple[bytes, Lines] | None:
        buffer = self.buffers.get(path)
        return (buffer.data, buffer.lines) if buffer is not None else self._text(path, self.blob(path) or "")

    def _text(self, path: str, blob: str) -> tuple[bytes, Lines] | None:
        """The file's text. With `blob`, only where the file still holds that blob or nothing better is known."""
        key = (path, blob)
        cached = self._texts.get(key)
        if cached is not None:
            self._texts.move_to_end(key)
            return cached
        try:
            file = self.root / path
            if file.stat().st_size > TEXT_BYTES_MAX:
                return None
            raw = file.read_bytes()
        except OSError:
            return None
        data, _ = syntax.decode(raw)
        found = (data, Lines(data))
        if blob == blob_name(raw):
            self._texts[key] = found
            self._texts_bytes += len(data)
            while len(self._texts) > TEXTS_CACHED_MAX or self._texts_bytes > TEXTS_CACHED_BYTES_MAX:
                _, (old, _) = self._texts.popitem(last=False)
                self._texts_bytes -= len(old)
        return found

    def _facts_of_buffer(self, path: str, buffer: Buffer) -> FileFacts | None:
        language = languages.for_path(path)
        tree = buffer.tree()
        if language is None or tree is None:
            return None
        cached = self._buffer_facts.get(path)
        if cached is None or cached[0] is not tree.data:
            if len(self._buffer_facts) > BUFFER_FACTS_CACHED_MAX:
                self._buffer_facts.clear()
            cached = self._buffer_facts[path] = (tree.data, language.facts_of_syntax(tree))
        return cached[1]

    def _read(self, ask: Callable[[], Value], absent: Value) -> Value:
        try:
            return ask()
        except StoreError as error:
            # Absent, busy or damaged: to a reader all three mean "not prepared yet"; `doctor` tells them apart.
            _log.debug("not read: %s", error)
            return absent


def _by_symbol(failing: Failing) -> _Concerned:
    """What each symbol has to do with what fails."""
    fails: dict[tuple[str, str], FailingTest] = {}
    suspected: dict[tuple[str, str], list[tuple[FailingTest, SeenSuspect]]] = {}
    for test in failing.tests:
        if test.symbol:
            fails.setdefault((test.path, test.symbol), test)
        for suspect in test.suspects:
            if suspect.stands_out:
                suspected.setdefault((suspect.path, suspect.symbol), []).append((test, suspect))
    best = {
        key: tuple(sorted(found, key=lambda pair: -pair[1].score)[:SUSPECTED_MAX]) for key, found in suspected.items()
    }
    return {key: (fails.get(key), best.get(key, ())) for key in (*fails, *best)}


def _mark(quote: str) -> bytes:
    """The part of a quote by which its text is recognised: quotes are cut at the end, with an ellipsis."""
    return quote.partition("…")[0].partition("\n")[0].strip().encode()


def _holds(data: bytes, lines: Lines, offset: int, mark: bytes) -> bool:
    start, _ = lines.span_of_line(lines.line_of(offset))
    return data.startswith(mark, offset) or mark in data[start : max(start, offset) + len(mark) + 200]
