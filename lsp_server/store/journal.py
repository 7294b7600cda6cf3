"""The journal: what was paid for and learned. Durable, one for all repositories, never deleted by itself.

Several sleepers may write it, one for each repository; transactions are short, and a writer waits for another.
To keep something new, append a named function to `MIGRATIONS`; never change one that has been released.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from lsp_server.store.database import Database, Migration, open_reader, open_writer


def create_repositories(database: Database) -> None:
    """Which repositories were seen, so that rows of other tables can name one by its id."""
    database.execute("CREATE TABLE repositories (id TEXT PRIMARY KEY, root TEXT NOT NULL) WITHOUT ROWID")


def create_asked(database: Database) -> None:
    """What was really asked: the predictor learns from it."""
    database.execute(
        "CREATE TABLE asked (id INTEGER PRIMARY KEY, repository TEXT NOT NULL, kind TEXT NOT NULL,"
        " path TEXT NOT NULL, symbol TEXT NOT NULL, at_s INTEGER NOT NULL)"
    )
    database.execute("CREATE INDEX asked_by_repository ON asked (repository, at_s)")


def create_spending(database: Database) -> None:
    """What every model request took. A row is written before the request, with the most that it can take."""
    database.execute(
        "CREATE TABLE spending (id INTEGER PRIMARY KEY, at_s INTEGER NOT NULL, day TEXT NOT NULL,"
        " repository TEXT NOT NULL, path TEXT NOT NULL, symbol TEXT NOT NULL, asleep INTEGER NOT NULL,"
        " model TEXT NOT NULL, settled INTEGER NOT NULL,"
        " input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,"
        " micros INTEGER NOT NULL, estimated INTEGER NOT NULL)"
    )
    database.execute("CREATE INDEX spending_by_day ON spending (day)")
    # The exact text of the latest requests, for whoever wants to see what was sent.
    database.execute(
        "CREATE TABLE sent (id INTEGER PRIMARY KEY, at_s INTEGER NOT NULL, repository TEXT NOT NULL,"
        " endpoint TEXT NOT NULL, model TEXT NOT NULL, anchor TEXT NOT NULL, text TEXT NOT NULL)"
    )
    database.execute("CREATE TABLE notices (endpoint TEXT PRIMARY KEY, at_s INTEGER NOT NULL) WITHOUT ROWID")


def create_thoughts(database: Database) -> None:
    """What was paid for: each draft as it came, and what was made of them. Found by the context's digest."""
    database.execute(
        "CREATE TABLE drafts (repository TEXT, context TEXT, number INTEGER, model TEXT NOT NULL,"
        " whole INTEGER NOT NULL, at_s INTEGER NOT NULL, reply TEXT NOT NULL,"
        " PRIMARY KEY (repository, context, number)) WITHOUT ROWID"
    )
    database.execute(
        "CREATE TABLE enriched (repository TEXT, path TEXT, symbol TEXT, context TEXT, model TEXT NOT NULL,"
        " at_s INTEGER NOT NULL, used INTEGER NOT NULL, data BLOB NOT NULL,"
        " PRIMARY KEY (repository, path, symbol, context)) WITHOUT ROWID"
    )
    # By which road each question was answered: what was prepared and used, and what was asked and not prepared.
    database.execute(
        "CREATE TABLE served (id INTEGER PRIMARY KEY, at_s INTEGER NOT NULL, day TEXT NOT NULL,"
        " repository TEXT NOT NULL, path TEXT NOT NULL, symbol TEXT NOT NULL, kind TEXT NOT NULL, road TEXT NOT NULL,"
        " saved_tokens INTEGER NOT NULL)"
    )


def create_rated(database: Database) -> None:
    """Whether answers helped, as people said."""
    database.execute(
        "CREATE TABLE rated (id INTEGER PRIMARY KEY, repository TEXT NOT NULL, kind TEXT NOT NULL,"
        " path TEXT NOT NULL, symbol TEXT NOT NULL, useful INTEGER NOT NULL, at_s INTEGER NOT NULL)"
    )
    database.execute("CREATE INDEX rated_by_repository ON rated (repository, at_s)")


MIGRATIONS: list[Migration] = [create_repositories, create_asked, create_spending, create_thoughts, create_rated]
"""Append-only: the number of a step is its place in this list."""


class Journal:
    """An open journal. Belongs to one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path, before: Callable[[str], None] | None = None) -> Journal:
        """Opens to write, creating and migrating as needed. Raises a `StoreError`."""
        return cls(open_writer(path, MIGRATIONS, durable=True, before=before))

    @classmethod
    def open_to_read(cls, path: Path) -> Journal:
        """Opens to read, never waiting. Raises `StoreAbsent` where nothing was ever written."""
        return cls(open_reader(path, len(MIGRATIONS)))

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Runs one statement; returns the number of rows that it changed."""
        return self._database.execute(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._database.query(sql, parameters)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing: `with journal.transaction(): …`."""
        return self._database.transaction()

    def close(self) -> None:
        """Closes the file."""
        self._database.close()
