"""Where in a repository a text is said: from what is stored of each file, and by reading those without.

Reading many files takes a while, so the server runs this in a thread. It takes plain values and a path, and no view.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analyzers import languages
from analyzers.asking import literals
from analyzers.asking.literals import Hit, Literal
from lsp_server.store.texts import TextsReader
from lsp_server.texts_job import literal_of

WORDS_MAX = 8
PARSED_FILES_MAX = 40
"""Files whose texts are compared, of those that nothing is stored of: the ones that hold the most of the words."""
FILE_BYTES_MAX = 4 << 20
READ_BYTES_MAX = 256 << 20


@dataclass(frozen=True, slots=True)
class Files:
    """A repository's files at one moment."""

    root: Path
    cache: Path
    """Where its stores are."""
    blobs: Mapping[str, str]
    """Path → blob, as the index has it."""
    open_texts: Mapping[str, bytes]
    """Texts that stand for the files of their paths: what editors have open and not saved."""


def search(files: Files, message: str) -> list[Hit]:
    """The texts that a message may come from, the likeliest first."""
    words = literals.rare_words(message, WORDS_MAX)
    if not words:
        return []
    reader = TextsReader(files.cache)
    try:
        known = reader.known()
        stored = _stored(reader, files, words) if known else []
    finally:
        reader.close()
    unread = [path for path, blob in files.blobs.items() if blob not in known or path in files.open_texts]
    found = [*stored, *_read(files, unread, words)]
    tests = {each.path for each in found if languages.is_test_path(each.path)}
    own = literals.matches(message, [each for each in found if each.path not in tests])
    # What tests say counts only where nothing else says it: they quote what other code says.
    return own or literals.matches(message, found)


def _stored(reader: TextsReader, files: Files, words: Iterable[str]) -> list[Literal]:
    rows = reader.saying(list(words))
    wanted = {row[0] for row in rows}
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for path, blob in files.blobs.items():
        if blob in wanted and path not in files.open_texts:
            paths[blob].append(path)
    return [literal_of(path, row) for row in rows for path in paths.get(row[0], ())]


def _read(files: Files, paths: Iterable[str], words: Iterable[str]) -> list[Literal]:
    wanted = [word.encode() for word in words]
    ranked: list[tuple[int, str, bytes]] = []
    read = 0
    for path in paths:
        raw = files.open_texts[path] if path in files.open_texts else _bytes(files.root / path)
        read += len(raw)
        if read > READ_BYTES_MAX:
            break
        lower = raw.lower()
        hits = sum(word in lower for word in wanted)
        if hits * 2 >= len(wanted):
            ranked.append((-hits, path, raw))
    ranked.sort(key=lambda item: item[:2])
    found: list[Literal] = []
    for _, path, raw in ranked[:PARSED_FILES_MAX]:
        language = languages.for_path(path)
        if language is not None:
            found += literals.literals_in(path, raw, language)
    return found


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            return b""
        return file.read_bytes()
    except OSError:
        return b""
