"""Git's history of the repository, read while nobody is asking: one pass over the log, then only what is new.

Owns when git is asked what, and what is said where there is less to read: no git, no repository, a shallow clone, a
detached head, files that differ from HEAD. `evidence.history_log` reads what git prints, `evidence.history_track`
follows the symbols, `store.history` keeps what comes of it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analyzers import languages
from analyzers.activity import LINE_COMMITS_MAX
from analyzers.evidence.history import FileHistory, RepositoryHistory
from analyzers.evidence.history_log import LOG_ARGUMENTS, read_log
from analyzers.evidence.history_track import Tracker, tracked
from lsp_server import git
from lsp_server.settings import Settings
from lsp_server.store import RepositoryFolders, StoreError
from lsp_server.store.history import HistoryWriter

COMMITS_MAX = 20_000
"""Commits that a first reading goes back."""
UPDATE_COMMITS_MAX = 500
"""Beyond so many new commits everything is read anew."""
READ_S_MAX = 1_800.0
"""Pauses included: git waits, its pipe full, while the user is busy."""
FILES_MAX = 50_000
FILE_BYTES_MAX = 4 << 20
"""A larger file has no history."""
DIFFERING_MAX = 500
"""Files that differ from HEAD and whose committed version is read from git, one process each."""
LIST_BYTES_MAX = 64 << 20

_log = logging.getLogger(__name__)


class HistoryJob:
    """Keeps the stored history at HEAD. Belongs to the sleeper's thread; `describe` may be called from any."""

    name = "history"
    urgent = False

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._root = folders.root
        self._cache = folders.cache
        self._head = ""
        self._reading: Iterator[None] | None = None
        self._state = "not started"

    def has_work(self) -> bool:
        """Whether HEAD is somewhere else than where it was read."""
        return self._reading is not None or git.head(self._root) != self._head

    def step(self, should_pause: Callable[[], bool]) -> bool:
        """Reads on until there is something else to do."""
        head = git.head(self._root)
        if head != self._head:
            # Whatever was being read is about another commit.
            self._head = head
            self._reading = self._read()
        if self._reading is None:
            return False
        try:
            for _ in self._reading:
                if should_pause():
                    return True
        except StoreError as error:
            _log.warning("history is not kept: %s", error)
            self._state = str(error)
        self._reading = None
        return True

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        """A saved file has no new history: only a commit makes one."""

    def describe(self) -> str:
        """What is known, in one clause."""
        return self._state

    def _read(self) -> Iterator[None]:
        self._state = "reading"
        self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        writer = HistoryWriter.open(self._cache)
        try:
            yield from refresh(self._root, writer)
            known = writer.repository()
        finally:
            writer.close()
        if known is not None:
            self._state = known.missing or f"{known.commits_total} commits" + (", shallow" if known.shallow else "")


def refresh(root: Path, writer: HistoryWriter) -> Iterator[None]:
    """Brings the stored history to HEAD. Yields often, so that whoever drives it can stop for a while."""
    now = repository(root)
    before = writer.repository()
    if now.missing:
        if before is None or before.missing != now.missing:
            writer.replace(now, (), whole=True)
        return
    if before is not None and before.head == now.head and before.shallow == now.shallow:
        return
    base = _base(root, before, now)
    complete = not now.shallow
    tracker = Tracker()
    if base:
        names = git.run_git(root, ["diff-tree", "-r", "--name-only", "--no-renames", "-z", base, now.head])
        only = set(names.output.decode("utf-8", "surrogateescape").split("\0")) if names.ok else set()
        yield from _add_files(root, now.head, tracker, only)
        yield from _feed(root, tracker, [f"{base}..{now.head}"])
        older = writer.files()
        tracker.extend(older)
        total = (before.commits_total if before else 0) + len(tracker.commits)
        found = tracker.histories(
            now.head, complete=complete and all(each.complete for each in older.values()), companions=False
        )
    else:
        yield from _add_files(root, now.head, tracker, None)
        yield from _feed(root, tracker, ["-n", str(COMMITS_MAX), now.head])
        total = len(tracker.commits)
        found = tracker.histories(now.head, complete=complete and total < COMMITS_MAX)
    files: list[FileHistory] = []
    for each in found:
        files.append(each)
        yield
    status = RepositoryHistory(now.head, now.branch, total, now.shallow)
    writer.replace(status, files, whole=not base)


def repository(root: Path) -> RepositoryHistory:
    """Where HEAD is, or why there is no history."""
    said = git.run_git(root, ["rev-parse", "--is-shallow-repository", "HEAD"])
    if said.outcome == "no git":
        return RepositoryHistory(missing="no git")
    lines = said.output.decode("utf-8", "replace").split()
    if not lines:
        return RepositoryHistory(missing="not a repository")
    if not said.ok or len(lines) < 2:
        return RepositoryHistory(missing="no commits")
    branch = git.run_git(root, ["symbolic-ref", "--quiet", "--short", "HEAD"])
    name = branch.output.decode("utf-8", "replace").strip() if branch.ok else ""
    return RepositoryHistory(lines[1], name, 0, lines[0] == "true")


def line_of_work(root: Path) -> list[str]:
    """The newest commits below HEAD along first parents, newest first."""
    listed = git.run_git(root, ["rev-list", "--first-parent", "--no-merges", "-n", str(LINE_COMMITS_MAX), "HEAD"])
    return listed.output.decode("ascii", "replace").split() if listed.ok else []


def who_is_at_work(root: Path) -> str:
    """The name under which git would record a commit made here; empty where it was never told one."""
    said = git.run_git(root, ["var", "GIT_AUTHOR_IDENT"])
    return said.output.decode("utf-8", "replace").partition(" <")[0].strip() if said.ok else ""


def same_on_disk(path: Path, blob: str, size: int) -> bytes | None:
    """The contents of a file, if they are those of a blob of git's."""
    try:
        if path.is_symlink() or path.stat().st_size != size:
            return None
        raw = path.read_bytes()
    except OSError:
        return None
    # How git names a blob; 64 digits in repositories that use SHA-256.
    algorithm = hashlib.sha256 if len(blob) == 64 else hashlib.sha1
    name = algorithm(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
    return raw if name == blob else None


def patterns() -> list[str]:
    """What git calls the files of the languages that are known here."""
    return [f"*{suffix}" for language in languages.LANGUAGES for suffix in language.suffixes]


def _feed(root: Path, tracker: Tracker, which: Sequence[str]) -> Iterator[None]:
    arguments = ["log", *LOG_ARGUMENTS, *which, "--", *patterns()]
    for entry in read_log(git.stream_git(root, arguments, timeout_s=READ_S_MAX, globs=True)):
        tracker.feed(entry)
        yield


def _add_files(root: Path, head: str, tracker: Tracker, only: set[str] | None) -> Iterator[None]:
    """Gives the tracker the symbols of the files at HEAD: from the disk where it holds the same, else from git."""
    listed = git.run_git(root, ["ls-tree", "-r", "-z", "-l", head], output_bytes_max=LIST_BYTES_MAX)
    differing = 0
    for row in listed.output.decode("utf-8", "surrogateescape").split("\0")[:FILES_MAX]:
        about, _, path = row.partition("\t")
        fields = about.split()
        language = languages.for_path(path)
        if language is None or len(fields) != 4 or fields[1] != "blob" or fields[0] == "120000":
            continue
        if (only is not None and path not in only) or not fields[3].isdigit() or int(fields[3]) > FILE_BYTES_MAX:
            continue
        blob = fields[2]
        raw = same_on_disk(root / path, blob, int(fields[3]))
        if raw is None and differing < DIFFERING_MAX:
            differing += 1
            shown = git.run_git(root, ["cat-file", "blob", blob], output_bytes_max=FILE_BYTES_MAX)
            raw = shown.output if shown.ok else None
        if raw is not None:
            tracker.add(path, blob, tracked(language.facts(raw)))
        yield


def _base(root: Path, before: RepositoryHistory | None, now: RepositoryHistory) -> str:
    """The commit that an update can begin at: the one that was read last, if HEAD only moved forward from it."""
    if before is None or before.missing or before.shallow != now.shallow or not before.head:
        return ""
    forward = git.run_git(root, ["merge-base", "--is-ancestor", before.head, now.head])
    if not forward.ok:
        return ""
    counted = git.run_git(root, ["rev-list", "--count", f"{before.head}..{now.head}"])
    number = counted.output.strip()
    return before.head if number.isdigit() and int(number) <= UPDATE_COMMITS_MAX else ""
