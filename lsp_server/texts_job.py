"""Reads what each file says to people, while the editor is idle, so that a pasted message is found at once.

Owns when files are read for that. Until it has been there, `said` reads the files itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzers import languages
from analyzers.asking.literals import Literal, literals_in
from analyzers.text import blob_name
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, RepositoryFolders, StoreError
from lsp_server.store.texts import BLOBS_KEPT_MAX, Row, TextsWriter

FILE_BYTES_MAX = 4 << 20
FILES_MAX = 60_000
"""Files whose texts are kept; of a larger repository's others, messages are looked for when somebody asks."""


class TextsJob:
    """Keeps the texts of the current files. Belongs to the sleeper's thread."""

    name = "texts"
    urgent = False

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._folders = folders
        self._due = True
        self._waiting: list[tuple[str, str]] | None = None
        self._state = "waits for its turn"

    def has_work(self) -> bool:
        return self._due or bool(self._waiting)

    def step(self, should_pause: Callable[[], bool]) -> bool:
        try:
            writer = TextsWriter.open(self._folders.cache)
        except StoreError as error:
            self._due, self._state = False, str(error)
            return False
        try:
            if self._due or self._waiting is None:
                self._due = False
                self._waiting = self._missing(writer)
            done = False
            while self._waiting and not (done and should_pause()):
                path, blob = self._waiting.pop()
                self._read(writer, path, blob)
                done = True
            self._state = f"{len(self._waiting)} files to read" if self._waiting else "all read"
            return done
        except StoreError as error:
            self._waiting, self._state = None, str(error)
            return False
        finally:
            writer.close()

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        self._due = self._due or bool(changed)

    def describe(self) -> str:
        return self._state

    def _missing(self, writer: TextsWriter) -> list[tuple[str, str]]:
        reader = IndexReader(self._folders.index)
        try:
            files = dict(reader.files())
        finally:
            reader.close()
        known = writer.known()
        if len(known) > BLOBS_KEPT_MAX:
            writer.forget_all()
            known = set()
        # The last is read first; one of several files of the same content stands for all.
        wanted = {blob: path for path, blob in sorted(files.items(), reverse=True) if blob not in known}
        return [(path, blob) for blob, path in wanted.items()][-FILES_MAX:]

    def _read(self, writer: TextsWriter, path: str, blob: str) -> None:
        language = languages.for_path(path)
        try:
            file = self._folders.root / path
            raw = file.read_bytes() if file.stat().st_size <= FILE_BYTES_MAX else b""
        except OSError:
            return
        if language is None or (raw and blob_name(raw) != blob):
            return  # It has changed since; the index hears of it and then so does this.
        writer.keep(blob, [row_of(blob, each) for each in literals_in(path, raw, language)])


def row_of(blob: str, literal: Literal) -> Row:
    """A text as it is stored."""
    return blob, literal.start, literal.end, "\n".join(literal.pieces), literal.raised, literal.said


def literal_of(path: str, row: Row) -> Literal:
    """The inverse of `row_of`, in a file that has the blob."""
    _, start, end, pieces, raised, said = row
    return Literal(path, start, end, tuple(pieces.split("\n")), raised, said)
