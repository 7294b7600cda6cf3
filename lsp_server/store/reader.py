"""The index, from everybody else's side: opened read-only, never waiting.

Architecture invariant: no method here blocks on the writer. Whatever cannot be read at once raises a `StoreError`,
which means "not prepared yet" to whoever asked. Nothing is cached for longer than the table of files it belongs to.
"""

from __future__ import annotations

import os
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from analyzers import records
from analyzers.facts import FileFacts
from analyzers.facts import decode as decode_facts
from lsp_server.store.database import Database, open_reader
from lsp_server.store.errors import StoreAbsent, StoreDamaged
from lsp_server.store.index import CALLING, DEFINING, MIGRATIONS

_FACTS_CACHED_MAX = 400
"""Decoded facts kept for the next request; popular symbols need the same few hundred files again and again."""


class Counts(msgspec.Struct, frozen=True):
    """How much is prepared. Bytes and lines are those of the current files."""

    files: int
    files_with_facts: int
    bytes: int
    lines: int
    symbols: int
    records: int
    blobs: int
    index_bytes: int


class IndexReader:
    """The index as the server, the command line and the MCP server see it. Belongs to one thread at a time.

    Making one opens nothing. Each call opens the file if needed, also after it was deleted and made again; after
    `begin` only the first call looks. `files` and the lookups by name see the files as the index has them, which may
    lag behind the sleeper's table.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database: Database | None = None
        self._identity: tuple[int, int] | None = None
        self._version = -1
        self._blobs: dict[str, str] = {}
        self._paths_of: dict[int, list[str]] = {}
        self._ids: dict[str, int] = {}
        self._begun = False
        """Whether `begin` says when to look at the file and at the table of files."""
        self._looked = False
        self._loaded = False
        self._facts: OrderedDict[str, FileFacts] = OrderedDict()

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        if self._database is not None:
            self._database.close()
        self._database = None
        self._forget()

    def begin(self) -> None:
        """A request begins: until the next one, the file and the table of files are looked at once. A request reads
        dozens of rows, and looking would take most of the time that they do."""
        self._begun = True
        self._looked = self._loaded = False

    def files(self) -> dict[str, str]:
        """Path → blob of every current file whose facts are stored. It is the reader's: do not change it."""
        self._refresh()
        return self._blobs

    def problems(self) -> dict[str, str]:
        """Path → why there are no facts, or only partial ones."""
        rows = self._query(
            "SELECT path, problem FROM files WHERE problem != '' UNION ALL"
            " SELECT path, notes FROM files JOIN blobs ON id = blob WHERE notes != '' ORDER BY 1"
        )
        return dict(rows)

    def facts(self, blob: str) -> FileFacts | None:
        """The facts of a blob, or None where they are not stored."""
        cached = self._facts.get(blob)
        if cached is not None:
            self._facts.move_to_end(blob)
            return cached
        id_ = self._ids.get(blob)
        if id_ is not None:
            rows = self._query("SELECT data FROM facts WHERE blob = ?", (id_,))
        else:
            rows = self._query("SELECT data FROM facts WHERE blob = (SELECT id FROM blobs WHERE name = ?)", (blob,))
        if not rows:
            return None
        try:
            decoded = decode_facts(rows[0][0])
        except msgspec.MsgspecError as error:
            raise StoreDamaged(self.path, f"facts of {blob}: {error}") from error
        self._facts[blob] = decoded
        if len(self._facts) > _FACTS_CACHED_MAX:
            self._facts.popitem(last=False)
        return decoded

    def facts_at(self, path: str) -> FileFacts | None:
        """The facts of the file at `path` as the index has it."""
        blob = self.files().get(path)
        return self.facts(blob) if blob is not None else None

    def paths_calling(self, name: str) -> Sequence[str]:
        """Files that call, or decorate with, something of this last name; sorted."""
        return self._paths(name, CALLING)

    def paths_defining(self, name: str) -> Sequence[str]:
        """Files that define something of this name; sorted."""
        return self._paths(name, DEFINING)

    def defined_names(self) -> list[str]:
        """Every name that some file defines, or lately defined; sorted, each once."""
        return [name for (name,) in self._query("SELECT DISTINCT name FROM postings WHERE kind = ?", (DEFINING,))]

    def record(self, path: str, name: str) -> records.Record | None:
        """The deep record of a symbol: of the file's current version, else the last one made for an older version."""
        rows = self._query(
            "SELECT data FROM records WHERE path = ?1 AND name = ?2 ORDER BY"
            " blob = coalesce((SELECT blob FROM files WHERE path = ?1), 0) DESC, rowid DESC LIMIT 1",
            (path, name),
        )
        return self._record(rows[0][0]) if rows else None

    def records_in(self, path: str) -> list[records.Record]:
        """The deep records of a file's symbols in the order of the source, chosen as in `record`."""
        rows = self._query(
            "SELECT name, data FROM records WHERE path = ?1 ORDER BY"
            " blob = coalesce((SELECT blob FROM files WHERE path = ?1), 0) DESC, rowid DESC",
            (path,),
        )
        best: dict[str, bytes] = {}
        for name, data in rows:
            best.setdefault(name, data)
        return sorted((self._record(data) for data in best.values()), key=lambda record: record.start)

    def links(self, path: str) -> records.FileLinks | None:
        """Where the names used in the file's current version lead, where that is known."""
        rows = self._query("SELECT links.data FROM links JOIN files USING (path, blob) WHERE path = ?", (path,))
        if not rows:
            return None
        try:
            return records.decode_links(rows[0][0])
        except msgspec.MsgspecError as error:
            raise StoreDamaged(self.path, f"links of {path}: {error}") from error

    def top(self, limit: int) -> list[records.Record]:
        """The deep records of current files that someone will most likely ask about, best first."""
        rows = self._query(
            "SELECT data FROM records JOIN files USING (path, blob) ORDER BY score DESC LIMIT ?", (limit,)
        )
        return [self._record(row[0]) for row in rows]

    def all_records(self) -> Iterable[records.Record]:
        """Every deep record of the current files, by path; read one file at a time."""
        for (path,) in self._query("SELECT DISTINCT path FROM records JOIN files USING (path, blob) ORDER BY path"):
            yield from self.records_in(path)

    def counts(self) -> Counts:
        """How much is prepared."""
        row = self._query(
            "SELECT count(*), count(blob), coalesce(sum(size), 0), coalesce(sum(lines), 0), coalesce(sum(symbols), 0)"
            " FROM files LEFT JOIN blobs ON id = blob"
        )[0]
        prepared = self._query("SELECT count(*) FROM records JOIN files USING (path, blob)")[0][0]
        blobs = self._query("SELECT count(*) FROM blobs")[0][0]
        pages = self._query("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")[0][0]
        files, with_facts, size, lines, symbols = row
        return Counts(files, with_facts, size, lines, symbols, prepared, blobs, pages)

    def _paths(self, name: str, kind: int) -> Sequence[str]:
        self._refresh()
        found: list[str] = []
        for (packed,) in self._query("SELECT blobs FROM postings WHERE name = ? AND kind = ?", (name, kind)):
            ids = array("I")
            ids.frombytes(packed)
            for id_ in ids:
                found.extend(self._paths_of.get(id_, ()))
        return sorted(found)

    def _record(self, data: bytes) -> records.Record:
        try:
            return records.decode_record(data)
        except msgspec.MsgspecError as error:
            raise StoreDamaged(self.path, f"a record: {error}") from error

    def _refresh(self) -> None:
        """Loads the table of files if the writer has changed it since the last call."""
        if self._begun and self._loaded:
            return
        self._loaded = True
        version = self._query("SELECT value FROM meta WHERE key = 'files_version'")[0][0]
        if version == self._version:
            return
        rows = self._query("SELECT path, blob, name FROM files JOIN blobs ON id = blob")
        paths_of: defaultdict[int, list[str]] = defaultdict(list)
        for path, id_, _ in rows:
            paths_of[id_].append(path)
        self._blobs = {path: name for path, _, name in rows}
        self._paths_of = dict(paths_of)
        self._ids = {name: id_ for _, id_, name in rows}
        self._version = version

    def _query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._open().query(sql, parameters)

    def _open(self) -> Database:
        if self._begun and self._looked and self._database is not None:
            return self._database
        try:
            found = os.stat(self.path)
        except OSError as error:
            self.close()
            raise StoreAbsent(self.path, "no store yet") from error
        identity = (found.st_dev, found.st_ino)
        if self._database is None or identity != self._identity:
            self.close()
            self._database = open_reader(self.path, len(MIGRATIONS))
            self._identity = identity
        self._looked = True
        return self._database

    def _forget(self) -> None:
        self._version = -1
        self._blobs = {}
        self._paths_of = {}
        self._ids = {}
        self._loaded = False
        self._facts.clear()
