"""The texts that each blob says, searched by their words: rebuilt at will, in a file of its own beside the index.

Keyed by content like the index: a file that comes back needs no second reading. Written by the sleeper alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from lsp_server.store.database import Database, Migration, open_reader, open_writer
from lsp_server.store.errors import StoreAbsent, StoreError

NAME = "texts.sqlite3"
ROWS_MAX = 400
"""Texts read for one message, those that share the most words with it."""
BLOBS_KEPT_MAX = 200_000

Row = tuple[str, int, int, str, bool, bool]
"""(blob, start, end, pieces joined by line breaks, whether it is raised, whether it is handed to a call)."""


def create_texts(database: Database) -> None:
    """The blobs that were read, their texts, and the words of those."""
    database.execute("CREATE TABLE blobs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
    database.execute(
        "CREATE TABLE texts (id INTEGER PRIMARY KEY, blob INTEGER NOT NULL, start INTEGER NOT NULL,"
        " end INTEGER NOT NULL, pieces TEXT NOT NULL, raised INTEGER NOT NULL, said INTEGER NOT NULL)"
    )
    database.execute("CREATE INDEX texts_by_blob ON texts (blob)")
    database.execute("CREATE VIRTUAL TABLE words USING fts5 (pieces, content = 'texts', content_rowid = 'id')")


MIGRATIONS: list[Migration] = [create_texts]


class TextsWriter:
    """The sleeper's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, cache: Path) -> TextsWriter:
        """Opens or makes the file in a repository's cache folder."""
        return cls(open_writer(cache / NAME, MIGRATIONS, durable=False))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def known(self) -> set[str]:
        """Blobs that were read."""
        return {name for (name,) in self._database.query("SELECT name FROM blobs")}

    def keep(self, blob: str, rows: Iterable[Row]) -> None:
        """Stores one blob's texts, none of which may be stored yet; all or nothing."""
        with self._database.transaction():
            self._database.execute("INSERT INTO blobs (name) VALUES (?)", (blob,))
            id_ = self._database.value("SELECT last_insert_rowid()")
            for _, start, end, pieces, raised, said in rows:
                self._database.execute(
                    "INSERT INTO texts (blob, start, end, pieces, raised, said) VALUES (?, ?, ?, ?, ?, ?)",
                    (id_, start, end, pieces, raised, said),
                )
                self._database.execute("INSERT INTO words (rowid, pieces) VALUES (last_insert_rowid(), ?)", (pieces,))

    def forget_all(self) -> None:
        """Empties the store: cheaper than to find out what nobody needs any more."""
        with self._database.transaction():
            self._database.execute("INSERT INTO words (words) VALUES ('delete-all')")
            self._database.execute("DELETE FROM texts")
            self._database.execute("DELETE FROM blobs")


class TextsReader:
    """Everybody else's side: nothing where nothing is prepared, and never a wait. Belongs to one thread at a time."""

    def __init__(self, cache: Path) -> None:
        self._path = cache / NAME
        self._database: Database | None = None
        self._identity: tuple[int, int] = (0, 0)
        self._version = -1
        self._known: frozenset[str] = frozenset()

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        if self._database is not None:
            self._database.close()
            self._database = None
        self._version = -1

    def known(self) -> frozenset[str]:
        """Blobs whose texts are stored."""
        try:
            database = self._open()
            version = database.value("PRAGMA data_version")
            if version != self._version:
                self._known = frozenset(name for (name,) in database.query("SELECT name FROM blobs"))
                self._version = version
            return self._known
        except StoreError:
            self.close()
            return frozenset()

    def saying(self, words: Sequence[str]) -> list[Row]:
        """The texts that say most of these words."""
        wanted = " OR ".join(f'"{word}"' for word in words if word.isalnum())
        if not wanted:
            return []
        try:
            rows = self._open().query(
                "SELECT blobs.name, start, end, texts.pieces, raised, said FROM words"
                " JOIN texts ON texts.id = words.rowid JOIN blobs ON blobs.id = texts.blob"
                " WHERE words MATCH ? ORDER BY words.rank LIMIT ?",
                (wanted, ROWS_MAX),
            )
        except StoreError:
            self.close()
            return []
        return [(blob, start, end, pieces, bool(raised), bool(said)) for blob, start, end, pieces, raised, said in rows]

    def _open(self) -> Database:
        try:
            status = os.stat(self._path)
        except OSError as error:
            raise StoreAbsent(self._path, "no texts yet") from error
        if self._database is None or (status.st_dev, status.st_ino) != self._identity:
            self.close()
            self._database = open_reader(self._path, len(MIGRATIONS))
            self._identity = (status.st_dev, status.st_ino)
        return self._database
