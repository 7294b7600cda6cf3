"""The index, from its writer's side: facts by blob, the table of current files, prepared records. One process writes.

Everything here can be made again from the repository, so a commit need only survive a killed process. Facts and
postings are keyed by content: a file that comes back with a blob that is known costs no analysis.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from analyzers import records
from lsp_server.store.database import Database, Migration, open_writer
from lsp_server.store.errors import StoreDamaged

CALLING = 0
DEFINING = 1
"""The kinds of postings: blobs that call a name, blobs that define one."""

_LOOKUP_CHUNK = 500
"""Names in one `IN (…)`; SQLite's own limit on parameters is higher everywhere."""

_COMPACT_AFTER_BATCHES = 200
"""A lookup reads one row for each batch that knew the name; beyond this many batches they are merged."""

_RECORDS_DROPPED_AT_ONCE = 1000

_VERSIONS_KEPT_MAX = 3
"""Versions of one file whose records are kept: the current one, and those that a branch switch may bring back."""


def create_index(database: Database) -> None:
    """The whole schema: an index is rebuilt, never migrated; its folder's name says which schema it has."""
    for statement in (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        # `left_at` is NULL while some file has this content, else the version of the table when the last one lost it.
        # Ids are never used twice, because postings of evicted blobs may still mention theirs.
        "CREATE TABLE blobs (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,"
        " symbols INTEGER NOT NULL, lines INTEGER NOT NULL, left_at INTEGER, notes TEXT NOT NULL)",
        "CREATE TABLE facts (blob INTEGER PRIMARY KEY, data BLOB NOT NULL)",
        "CREATE TABLE files (path TEXT PRIMARY KEY, blob INTEGER, signature TEXT NOT NULL, problem TEXT NOT NULL)"
        " WITHOUT ROWID",
        "CREATE INDEX files_by_blob ON files (blob)",
        # One row holds all blobs of one batch that call (or define) a name: packed 32-bit ids.
        "CREATE TABLE postings (name TEXT, kind INTEGER, batch INTEGER, blobs BLOB NOT NULL,"
        " PRIMARY KEY (name, kind, batch)) WITHOUT ROWID",
        "CREATE TABLE records (path TEXT, name TEXT, blob INTEGER, score REAL NOT NULL, data BLOB NOT NULL,"
        " PRIMARY KEY (path, name, blob))",
        "CREATE INDEX records_by_score ON records (score DESC)",
        "CREATE TABLE links (path TEXT, blob INTEGER, data BLOB NOT NULL, PRIMARY KEY (path, blob))",
        "INSERT INTO meta VALUES ('files_version', 0)",
    ):
        database.execute(statement)


MIGRATIONS: list[Migration] = [create_index]


class Extracted(msgspec.Struct, frozen=True, array_like=True):
    """What a parse worker found out about one blob, ready to be stored."""

    blob: str
    size: int
    symbols: int
    lines: int
    facts: bytes
    """`analyzers.facts.encode` of its facts."""
    calling: tuple[str, ...]
    """Last names that it calls or decorates with, each once."""
    defining: tuple[str, ...]
    """Names that it defines, each once."""
    notes: tuple[str, ...] = ()


class FileEntry(msgspec.Struct, frozen=True, array_like=True):
    """One file as the table knows it. `blob` is empty for a file that was not read, and `problem` says why."""

    blob: str
    signature: str
    problem: str = ""


class IndexWriter:
    """The open index. Only the elected sleeper holds one, and uses it from one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(
        cls, path: Path, *, before: Callable[[str], None] | None = None, shared_memory: bool | None = None
    ) -> IndexWriter:
        """Opens or creates the index. Raises a `StoreError`, `StoreDamaged` where only a rebuild helps."""
        database = open_writer(path, MIGRATIONS, durable=False, before=before, shared_memory=shared_memory)
        return cls(database)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Groups several calls into one commit: `with index.transaction(): …`."""
        return self._database.transaction()

    def loading(self, on: bool) -> None:
        """While a cold start loads, commits wait for no disk at all; a power cut then costs the index, not more."""
        self._database.query(f"PRAGMA synchronous = {'OFF' if on else 'NORMAL'}")

    def check(self) -> None:
        """Reads the whole file's structure. Raises `StoreDamaged` where it is broken."""
        verdict = self._database.value("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise StoreDamaged(self._database.path, str(verdict))

    def files(self) -> dict[str, FileEntry]:
        """The table of current files."""
        rows = self._database.query(
            "SELECT path, coalesce(name, ''), signature, problem FROM files LEFT JOIN blobs ON id = blob"
        )
        return {path: FileEntry(blob, signature, problem) for path, blob, signature, problem in rows}

    def known(self, blobs: Iterable[str]) -> set[str]:
        """Those of the blobs whose facts are stored."""
        names = list(dict.fromkeys(blobs))
        found: set[str] = set()
        for start in range(0, len(names), _LOOKUP_CHUNK):
            chunk = names[start : start + _LOOKUP_CHUNK]
            marks = ",".join("?" * len(chunk))
            found.update(
                row[0] for row in self._database.query(f"SELECT name FROM blobs WHERE name IN ({marks})", chunk)
            )
        return found

    def known_blobs(self) -> set[str]:
        """All blobs whose facts are stored."""
        return {row[0] for row in self._database.query("SELECT name FROM blobs")}

    def add_facts(self, batch: Sequence[Extracted]) -> None:
        """Stores facts and postings of blobs; those already known are left as they are."""
        known = self.known(item.blob for item in batch)
        new = list({item.blob: item for item in batch if item.blob not in known}.values())
        if not new:
            return
        with self.transaction():
            first = 1 + (self._database.value("SELECT seq FROM sqlite_sequence WHERE name = 'blobs'") or 0)
            ids = range(first, first + len(new))
            version = self._version()
            self._database.execute_many(
                "INSERT INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (id_, item.blob, item.size, item.symbols, item.lines, version, "\n".join(item.notes))
                    for id_, item in zip(ids, new, strict=True)
                ),
            )
            self._database.execute_many(
                "INSERT INTO facts VALUES (?, ?)", ((id_, item.facts) for id_, item in zip(ids, new, strict=True))
            )
            postings: defaultdict[tuple[str, int], array[int]] = defaultdict(lambda: array("I"))
            for id_, item in zip(ids, new, strict=True):
                for name in item.calling:
                    postings[name, CALLING].append(id_)
                for name in item.defining:
                    postings[name, DEFINING].append(id_)
            # Sorted, so that neighbouring rows land on neighbouring pages.
            self._database.execute_many(
                "INSERT INTO postings VALUES (?, ?, ?, ?)",
                ((name, kind, first, packed.tobytes()) for (name, kind), packed in sorted(postings.items())),
            )

    def set_files(self, changed: Mapping[str, FileEntry], removed: Iterable[str] = ()) -> int:
        """Changes the table of current files; returns its new version. The blobs named must be known."""
        removed = list(removed)
        with self.transaction():
            version = self._version() + 1
            self._database.execute_many("DELETE FROM files WHERE path = ?", ((path,) for path in removed))
            self._database.execute_many(
                "INSERT OR REPLACE INTO files VALUES (?, (SELECT id FROM blobs WHERE name = ?), ?, ?)",
                ((path, entry.blob, entry.signature, entry.problem) for path, entry in changed.items()),
            )
            self._database.execute(
                "UPDATE blobs SET left_at = ? WHERE left_at IS NULL AND id NOT IN"
                " (SELECT blob FROM files WHERE blob IS NOT NULL)",
                (version,),
            )
            self._database.execute(
                "UPDATE blobs SET left_at = NULL WHERE left_at IS NOT NULL AND id IN"
                " (SELECT blob FROM files WHERE blob IS NOT NULL)"
            )
            self._database.execute("UPDATE meta SET value = ? WHERE key = 'files_version'", (version,))
        return version

    def put_records(
        self, path: str, blob: str, found: Sequence[records.Record], links: records.FileLinks | None = None
    ) -> int:
        """Makes `found` all that is prepared for this version of the file; returns how many records changed."""
        id_ = self._database.value("SELECT id FROM blobs WHERE name = ?", (blob,))
        if id_ is None:
            return 0
        old = dict(self._database.query("SELECT name, data FROM records WHERE path = ? AND blob = ?", (path, id_)))
        new = {record.name: (record.score, records.encode(record)) for record in found}
        changed = [(path, name, id_, score, data) for name, (score, data) in new.items() if old.get(name) != data]
        gone = [(path, name, id_) for name in old if name not in new]
        with self.transaction():
            if changed:
                self._database.execute_many("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", changed)
            if gone:
                self._database.execute_many("DELETE FROM records WHERE path = ? AND name = ? AND blob = ?", gone)
            if links is not None:
                self._database.execute(
                    "INSERT OR REPLACE INTO links VALUES (?, ?, ?)", (path, id_, records.encode(links))
                )
            versions = self._database.query(
                "SELECT blob FROM records WHERE path = ? GROUP BY blob ORDER BY max(rowid) DESC", (path,)
            )
            for (other,) in versions[_VERSIONS_KEPT_MAX:]:
                self._database.execute("DELETE FROM records WHERE path = ? AND blob = ?", (path, other))
                self._database.execute("DELETE FROM links WHERE path = ? AND blob = ?", (path, other))
        return len(changed) + len(gone)

    def deep_stamp(self) -> int:
        """What `set_deep_stamp` was last given; 0 where it never was."""
        return int(self._database.value("SELECT value FROM meta WHERE key = 'deep_stamp'") or 0)

    def set_deep_stamp(self, stamp: int) -> None:
        """Remembers for which state of all files together the deep records are complete."""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('deep_stamp', ?)", (stamp,))

    def size_bytes(self) -> int:
        """What the index holds, free pages not counted."""
        pages, free, size = (
            self._database.value(f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size")
        )
        return (int(pages) - int(free)) * int(size)

    def tidy(self, bytes_max: int) -> None:
        """What can wait until nobody does: merges postings, makes room, and brings the log into the file."""
        self.compact_if_needed()
        self.evict(bytes_max)
        self._database.query("PRAGMA wal_checkpoint(TRUNCATE)")

    def evict(self, bytes_max: int) -> int:
        """Drops what the current files do not need, the longest unused first, then the least likely records, until
        the index fits; returns how many blobs and records went."""
        gone = 0
        while (excess := self.size_bytes() - bytes_max) > 0:
            dropped = self._evict_blobs(excess) or self._evict_records()
            if not dropped:
                break
            gone += dropped
        if gone:
            self.compact()
            self._database.query("PRAGMA incremental_vacuum")
        return gone

    def compact_if_needed(self) -> bool:
        """Merges postings once many small batches have gathered."""
        if self._database.value("SELECT count(DISTINCT batch) FROM postings") <= _COMPACT_AFTER_BATCHES:
            return False
        self.compact()
        return True

    def compact(self) -> None:
        """Rewrites the postings as one batch without the blobs that were evicted."""
        with self.transaction():
            alive = {row[0] for row in self._database.query("SELECT id FROM blobs")}
            merged: defaultdict[tuple[str, int], array[int]] = defaultdict(lambda: array("I"))
            for name, kind, packed in self._database.query("SELECT name, kind, blobs FROM postings ORDER BY name"):
                ids = array("I")
                ids.frombytes(packed)
                merged[name, kind].extend(id_ for id_ in ids if id_ in alive)
            self._database.execute("DELETE FROM postings")
            self._database.execute_many(
                "INSERT INTO postings VALUES (?, ?, 0, ?)",
                ((name, kind, packed.tobytes()) for (name, kind), packed in merged.items() if packed),
            )

    def _version(self) -> int:
        return int(self._database.value("SELECT value FROM meta WHERE key = 'files_version'"))

    def _evict_blobs(self, bytes_wanted: int) -> int:
        rows = self._database.query(
            "SELECT id, length(data) FROM blobs JOIN facts ON blob = id WHERE left_at IS NOT NULL ORDER BY left_at, id"
        )
        chosen: list[tuple[int]] = []
        for id_, size in rows:
            if bytes_wanted <= 0:
                break
            chosen.append((id_,))
            bytes_wanted -= size
        with self.transaction():
            for table, column in (("blobs", "id"), ("facts", "blob"), ("records", "blob"), ("links", "blob")):
                self._database.execute_many(f"DELETE FROM {table} WHERE {column} = ?", chosen)
        return len(chosen)

    def _evict_records(self) -> int:
        return self._database.execute(
            "DELETE FROM records WHERE rowid IN (SELECT rowid FROM records ORDER BY score LIMIT ?)",
            (_RECORDS_DROPPED_AT_ONCE,),
        )
