"""What git's history and the last test runs said: rebuilt at will, so it lies beside the index, in a file of its own.

Written by the sleeper alone. A file of its own because it is made from what happened and not from contents: it neither
comes nor goes with the index's blobs.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from analyzers import anticipation
from analyzers.anticipation import Anticipated
from analyzers.evidence import failing, history
from analyzers.evidence.failing import Failing
from analyzers.evidence.history import FileHistory, RepositoryHistory, Since
from analyzers.evidence.observed import Observed
from analyzers.evidence.run_record import Passed
from lsp_server.store.database import Database, Migration, open_reader, open_writer
from lsp_server.store.errors import StoreAbsent, StoreDamaged, StoreError

NAME = "history.sqlite3"
ObservedFile = dict[str, tuple[str, Observed]]
"""Qualified name → the digest of the definition that was measured, and what was seen of it."""

_encoder = msgspec.msgpack.Encoder()
_observed = msgspec.msgpack.Decoder(ObservedFile)
_since: msgspec.msgpack.Decoder[Since | None] = msgspec.msgpack.Decoder(Since | None)
_passed: msgspec.msgpack.Decoder[Passed | None] = msgspec.msgpack.Decoder(Passed | None)
_asked = msgspec.msgpack.Decoder(dict[str, float])
_NOTHING_FAILS = Failing()
_ALL = 1_000_000

FILES_CACHED_MAX = 16
"""Files whose histories a reader keeps: those that are open in the editor."""


def create_histories(database: Database) -> None:
    """One row for each file, and one, without a path, for the repository."""
    database.execute("CREATE TABLE histories (path TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID")


def create_anticipated(database: Database) -> None:
    """The functions that the predictor names first, each with what spoke for it."""
    database.execute("CREATE TABLE anticipated (place INTEGER PRIMARY KEY, data BLOB NOT NULL)")


def create_runs(database: Database) -> None:
    """What coverage saw of each file's symbols; what fails; what changed since nothing did."""
    database.execute("CREATE TABLE observed (path TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID")
    database.execute("CREATE TABLE kept (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID")


MIGRATIONS: list[Migration] = [create_histories, create_anticipated, create_runs]


class HistoryWriter:
    """The sleeper's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, cache: Path) -> HistoryWriter:
        """Opens or makes the file in a repository's cache folder."""
        return cls(open_writer(cache / NAME, MIGRATIONS, durable=False))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def repository(self) -> RepositoryHistory | None:
        """What was stored about the repository; None where nothing is, or nothing that can be read."""
        return _repository(self._database)

    def files(self) -> dict[str, FileHistory]:
        """Every file's history, for an update to join."""
        rows = self._database.query("SELECT path, data FROM histories WHERE path != ''")
        return {path: _file(self._database.path, data) for path, data in rows}

    def replace(self, repository: RepositoryHistory, files: Iterable[FileHistory], *, whole: bool) -> None:
        """Stores histories, instead of all that is there if `whole`; all or nothing."""
        with self._database.transaction():
            if whole:
                self._database.execute("DELETE FROM histories")
            rows = ((each.path, history.encode(each)) for each in files)
            self._database.execute_many("INSERT OR REPLACE INTO histories VALUES (?, ?)", rows)
            self._database.execute("INSERT OR REPLACE INTO histories VALUES ('', ?)", (history.encode(repository),))

    def set_anticipated(self, found: Iterable[Anticipated]) -> None:
        """Stores what is likeliest, best first, instead of what was stored."""
        with self._database.transaction():
            self._database.execute("DELETE FROM anticipated")
            rows = ((place, anticipation.encode_anticipated(each)) for place, each in enumerate(found))
            self._database.execute_many("INSERT INTO anticipated VALUES (?, ?)", rows)

    def set_observed(self, found: Mapping[str, ObservedFile]) -> None:
        """Stores what coverage saw, by path, instead of what was stored."""
        with self._database.transaction():
            self._database.execute("DELETE FROM observed")
            rows = ((path, _encoder.encode(each)) for path, each in found.items())
            self._database.execute_many("INSERT INTO observed VALUES (?, ?)", rows)

    def set_failing(self, found: Failing, passed: Passed | None) -> None:
        """Stores what fails at present, and when the tests passed."""
        with self._database.transaction():
            self._keep("failing", failing.encode(found))
            self._keep("passed", _encoder.encode(passed))

    def set_since(self, changed: Since | None) -> None:
        """Stores what changed since the tests passed."""
        with self._database.transaction():
            self._keep("since", _encoder.encode(changed))

    def set_preferences(self, asked: Mapping[str, float]) -> None:
        """Stores how often each kind of question was asked, as far as it still counts."""
        with self._database.transaction():
            self._keep("asked", _encoder.encode(asked))

    def passed(self) -> Passed | None:
        """When the tests passed, where that is known."""
        data = self._database.value("SELECT data FROM kept WHERE name = 'passed'")
        try:
            return _passed.decode(data) if data is not None else None
        except msgspec.MsgspecError:
            return None

    def _keep(self, name: str, data: bytes) -> None:
        self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, data))


class HistoryReader:
    """Everybody else's side: None where nothing is prepared, and never a wait. Belongs to one thread at a time."""

    def __init__(self, cache: Path) -> None:
        self._path = cache / NAME
        self._database: Database | None = None
        self._identity: tuple[int, int] = (0, 0)
        self._version = -1
        self._files: OrderedDict[str, FileHistory | None] = OrderedDict()
        self._anticipated: list[Anticipated] | None = None
        self._strengths: dict[tuple[str, str], dict[str, float]] | None = None
        self._preferences: dict[str, float] | None = None
        self._observed: OrderedDict[str, ObservedFile] = OrderedDict()
        self._failing: Failing | None = None
        self._since: Since | Literal[False] | None = False

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        if self._database is not None:
            self._database.close()
            self._database = None
        self._forget()

    def file(self, path: str) -> FileHistory | None:
        """One file's history."""
        try:
            database = self._open()
            if path not in self._files:
                data = database.value("SELECT data FROM histories WHERE path = ?", (path,)) if path else None
                self._files[path] = _file(self._path, data) if data is not None else None
                if len(self._files) > FILES_CACHED_MAX:
                    self._files.popitem(last=False)
            return self._files[path]
        except StoreError:
            # Absent, busy or damaged: "not prepared yet"; the file may be another one next time.
            self.close()
            return None

    def repository(self) -> RepositoryHistory | None:
        """What is known about the repository as a whole."""
        try:
            return _repository(self._open())
        except StoreError:
            self.close()
            return None

    def anticipated(self, limit: int) -> list[Anticipated]:
        """What is likeliest to be asked about, best first; nothing where nothing is prepared."""
        try:
            database = self._open()
            if self._anticipated is None:
                rows = database.query("SELECT data FROM anticipated ORDER BY place")
                self._anticipated = [anticipation.decode_anticipated(row[0]) for row in rows]
            return self._anticipated[:limit]
        except (StoreError, msgspec.MsgspecError):
            self.close()
            return []

    def observed(self, path: str) -> ObservedFile:
        """What coverage saw of a file's symbols, by qualified name; empty where it was not measured."""
        try:
            database = self._open()
            if path not in self._observed:
                data = database.value("SELECT data FROM observed WHERE path = ?", (path,))
                self._observed[path] = _observed.decode(data) if data is not None else {}
                if len(self._observed) > FILES_CACHED_MAX:
                    self._observed.popitem(last=False)
            return self._observed[path]
        except (StoreError, msgspec.MsgspecError):
            self.close()
            return {}

    def failing(self) -> Failing:
        """What fails at present; the same object until something else does."""
        try:
            database = self._open()
            if self._failing is None:
                data = database.value("SELECT data FROM kept WHERE name = 'failing'")
                self._failing = failing.decode(data) if data is not None else _NOTHING_FAILS
            return self._failing
        except (StoreError, msgspec.MsgspecError):
            latest = self._failing
            self.close()
            # A moment's "busy" is no reason to call failing tests passed.
            self._failing = latest
            return latest or _NOTHING_FAILS

    def preferences(self) -> dict[str, float]:
        """How often each kind of question was really asked here; empty where nothing was."""
        try:
            database = self._open()
            if self._preferences is None:
                data = database.value("SELECT data FROM kept WHERE name = 'asked'")
                self._preferences = _asked.decode(data) if data is not None else {}
            return self._preferences
        except (StoreError, msgspec.MsgspecError):
            self.close()
            return {}

    def strengths(self, path: str, symbol: str) -> dict[str, float]:
        """What makes single kinds of question likelier at an anchor; empty where the predictor does not name it."""
        named = self.anticipated(_ALL)
        if self._strengths is None:
            self._strengths = {(each.path, each.symbol): each.strengths for each in named}
        return self._strengths.get((path, symbol), {})

    def since(self) -> Since | None:
        """What changed since the tests passed; None where nobody knows when they did."""
        try:
            database = self._open()
            if self._since is False:
                data = database.value("SELECT data FROM kept WHERE name = 'since'")
                self._since = _since.decode(data) if data is not None else None
            return self._since
        except (StoreError, msgspec.MsgspecError):
            self.close()
            return None

    def _open(self) -> Database:
        """The file as it is now: what was read is forgotten when somebody wrote it or put another in its place."""
        try:
            status = os.stat(self._path)
        except OSError as error:
            raise StoreAbsent(self._path, "no history yet") from error
        if self._database is None or (status.st_dev, status.st_ino) != self._identity:
            self.close()
            self._database = open_reader(self._path, len(MIGRATIONS))
            self._identity = (status.st_dev, status.st_ino)
        version = self._database.value("PRAGMA data_version")
        if version != self._version:
            self._forget()
            self._version = version
        return self._database

    def _forget(self) -> None:
        self._version = -1
        self._files.clear()
        self._anticipated = None
        self._strengths = None
        self._preferences = None
        self._observed.clear()
        self._failing = None
        self._since = False


def _repository(database: Database) -> RepositoryHistory | None:
    data = database.value("SELECT data FROM histories WHERE path = ''")
    try:
        return history.decode_repository(data) if data is not None else None
    except msgspec.MsgspecError:
        return None


def _file(path: Path, data: bytes) -> FileHistory:
    try:
        return history.decode_file(data)
    except msgspec.MsgspecError as error:
        raise StoreDamaged(path, f"history: {error}") from error
