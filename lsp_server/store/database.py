"""Opening SQLite the way the stores need it: one place for modes, limits, migrations and the translation of errors.

Architecture invariant: a reader never waits (`timeout=0`) and never creates or changes a file (`mode=ro`).
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lsp_server.store.errors import StoreAbsent, StoreBusy, StoreDamaged, StoreError, StoreFull, StoreTooNew

Migration = Callable[["Database"], None]
"""One step of a store's schema. Steps are only ever appended; each runs once, in a transaction of its own."""

WRITE_WAIT_S = 5.0
"""How long a writer waits for another writer; readers never wait."""

_NO_SHARED_MEMORY = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "fuse.s3fs", "davfs", "drvfs"}
"""File systems on which the write-ahead log's shared memory is unreliable: network homes and WSL's Windows mounts."""


class Database:
    """One connection. Belongs to one thread at a time.

    `before` is called with each statement before it runs: the anomaly tests make the n-th one fail.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, before: Callable[[str], None] | None = None) -> None:
        self.path = path
        self._connection = connection
        self._before = before
        self._depth = 0

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Runs one statement; returns the number of rows that it changed."""
        with self._translated(sql):
            return self._connection.execute(sql, parameters).rowcount

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs one statement for each row."""
        with self._translated(sql):
            self._connection.executemany(sql, rows)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; the read ends before this returns."""
        with self._translated(sql):
            return self._connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        rows = self.query(sql, parameters)
        return rows[0][0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested uses join the outer transaction."""
        if self._depth:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # The rollback itself may fail on a broken disk; the first error is the one worth reporting.
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                pass
            raise
        finally:
            self._depth = 0

    def close(self) -> None:
        """Closes the connection; a second call does nothing."""
        self._connection.close()

    @contextmanager
    def _translated(self, sql: str) -> Iterator[None]:
        try:
            if self._before is not None:
                self._before(sql)
            yield
        except sqlite3.Error as error:
            raise _typed(self.path, error) from error


def open_writer(
    path: Path,
    migrations: Sequence[Migration],
    *,
    durable: bool,
    before: Callable[[str], None] | None = None,
    shared_memory: bool | None = None,
) -> Database:
    """Opens a store to write, creates it where needed and brings its schema up to date.

    `durable` decides whether a commit survives a power cut (journal) or only a killed process (index).
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=WRITE_WAIT_S, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise _typed(path, error) from error
    database = Database(path, connection, before)
    try:
        if shared_memory is None:
            shared_memory = has_shared_memory(path)
        if not database.value("PRAGMA page_count"):
            database.execute("PRAGMA page_size = 8192")
            database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.query(f"PRAGMA journal_mode = {'WAL' if shared_memory else 'TRUNCATE'}")
        database.query(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        database.query("PRAGMA cache_size = -16384")
        _migrate(database, migrations)
    except BaseException:
        database.close()
        raise
    return database


def open_reader(path: Path, schema: int) -> Database:
    """Opens a store to read, never waiting. Raises `StoreAbsent` where there is none or it is still being made."""
    if not path.exists():
        raise StoreAbsent(path, "no store yet")
    uri = f"file:{quote(path.as_posix(), safe='/:')}?mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise _typed(path, error) from error
    database = Database(path, connection)
    try:
        found = database.value("PRAGMA user_version")
        if found < schema:
            raise StoreAbsent(path, "the store is being made")
        if found > schema:
            raise StoreTooNew(path, f"schema {found} is newer than {schema}")
    except BaseException:
        database.close()
        raise
    return database


def has_shared_memory(path: Path) -> bool:
    """Whether the file system under `path` supports the write-ahead log's shared memory, as far as can be known."""
    return file_system_of(path) not in _NO_SHARED_MEMORY and not str(path).startswith("\\\\")


def file_system_of(path: Path) -> str:
    """The type of the file system under `path`; empty where the platform does not say."""
    if sys.platform != "linux":
        return ""
    try:
        table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        return mounted_type(table, str(path.resolve()))
    except OSError:
        return ""


def mounted_type(table: str, path: str) -> str:
    """The file system type of `path` by Linux's `mountinfo` table: the longest mount point above it wins."""
    best, kind = "", ""
    for line in table.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:
            continue
        point = fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        above = point in ("/", path) or path.startswith(point.rstrip("/") + "/")
        if above and len(point) >= len(best):
            best, kind = point, right.split(" ")[0]
    return kind


def _migrate(database: Database, migrations: Sequence[Migration]) -> None:
    if database.value("PRAGMA user_version") > len(migrations):
        raise StoreTooNew(database.path, "it was written by a newer version")
    for number, step in enumerate(migrations, start=1):
        if database.value("PRAGMA user_version") >= number:
            continue
        with database.transaction():
            # Another process may have taken this step while this one waited for the lock.
            if database.value("PRAGMA user_version") < number:
                step(database)
                database.execute(f"PRAGMA user_version = {number}")


def _typed(path: Path, error: Exception) -> StoreError:
    """The store's own error for one of SQLite's, told apart by SQLite's result code."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(path, str(error))
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreFull(path, str(error))
    if primary == sqlite3.SQLITE_CANTOPEN or isinstance(error, OSError):
        return StoreFull(path, f"cannot be opened: {error}")
    if isinstance(error, sqlite3.OperationalError) and primary is None:
        return StoreFull(path, str(error))
    return StoreDamaged(path, str(error))
