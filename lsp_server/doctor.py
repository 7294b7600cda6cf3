"""What is well and what is not, as values: the command line and the editors render them. Changes nothing.

    for check in examine(repository_folders(root), status):
        print(check.verdict, check.name, check.detail, check.advice)

`status` is what the sleeper says of itself, or None where none answers; asking it is the caller's business.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Literal

import msgspec

from analyzers import languages
from lsp_server import __version__, settings
from lsp_server.channel import ChannelError, read_rendezvous
from lsp_server.election import somebody_writes
from lsp_server.git import run_git
from lsp_server.messages import Status
from lsp_server.store import IndexReader, Journal, RepositoryFolders, StoreAbsent, StoreError
from lsp_server.store.database import file_system_of, has_shared_memory
from lsp_server.store.folders import config_file, journal_file, vanished_caches
from lsp_server.watcher import hears_changes

Verdict = Literal["good", "note", "bad"]
"""Nothing to do; worth knowing; something does not work."""

_LISTED_MAX = 10


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    detail: str
    advice: str = ""
    """What a person can do about it; empty where there is nothing to do."""


def examine(folders: RepositoryFolders, status: Status | None) -> list[Check]:
    """All checks, in the order in which a person reads them."""
    checks = [_versions(), _grammars(), *_settings(), _git(folders.root), _repository(folders.root)]
    checks += [_cache(folders), _index(folders), _journal(), *_vanished(folders)]
    checks += [_sleeper(folders, status)]
    if status is not None:
        checks += [_watching(folders.root, status), *_set_aside(status), *_left_out(status), *_background(status)]
    checks += _watch_limits()
    return checks


def worst(checks: list[Check]) -> Verdict:
    """The verdict on the whole."""
    verdicts = {check.verdict for check in checks}
    return "bad" if "bad" in verdicts else "note" if "note" in verdicts else "good"


def _versions() -> Check:
    return Check(
        "version",
        "good",
        f"forethought {__version__}, Python {platform.python_version()} on {platform.system()} {platform.machine()}",
    )


def _grammars() -> Check:
    broken: list[str] = []
    for language in languages.LANGUAGES:
        try:
            language.grammar()
        except Exception as error:
            # A grammar is a compiled library: whatever it fails with is what is to be reported.
            broken.append(f"{language.name}: {error}")
    if broken:
        return Check("languages", "bad", "; ".join(broken), "reinstall forethought for this Python and machine")
    return Check("languages", "good", ", ".join(language.name for language in languages.LANGUAGES))


def _settings() -> list[Check]:
    file = config_file()
    _, problems = settings.load(file)
    if problems:
        return [Check("settings", "bad", problem, f"edit {file}") for problem in problems[:_LISTED_MAX]]
    return [Check("settings", "good", str(file) if file.exists() else f"none, defaults hold ({file})")]


def _git(root: Path) -> Check:
    result = run_git(root, ["version"], timeout_s=5.0)
    if not result.ok:
        return Check("git", "note", result.error or result.outcome, "without git there are no answers about history")
    return Check("git", "good", result.output.decode("utf-8", "replace").strip())


def _repository(root: Path) -> Check:
    if not os.access(root, os.R_OK | os.X_OK):
        return Check("repository", "bad", f"{root} cannot be read", "check its permissions")
    kind = file_system_of(root)
    if not hears_changes(kind):
        detail = f"{root} is on {kind}: changes made elsewhere are not heard"
        return Check("repository", "note", detail, "files are compared instead")
    return Check("repository", "good", str(root))


def _cache(folders: RepositoryFolders) -> Check:
    existing = folders.cache
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not os.access(existing, os.W_OK | os.X_OK):
        return Check("cache", "bad", f"{existing} cannot be written", "check it, or set FORETHOUGHT_CACHE_DIR")
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if free_mb < 200:
        return Check("cache", "bad", f"{folders.cache}: only {free_mb} MB left", "make room on the disk")
    if not has_shared_memory(existing):
        kind = file_system_of(existing)
        return Check(
            "cache",
            "note",
            f"{folders.cache} is on {kind}: a rollback journal is used, and readers may find the index busy",
            "set FORETHOUGHT_CACHE_DIR to a local disk",
        )
    return Check("cache", "good", str(folders.cache))


def _index(folders: RepositoryFolders) -> Check:
    reader = IndexReader(folders.index)
    try:
        counts = reader.counts()
        reader.files()
    except StoreAbsent:
        return Check("index", "note", "nothing is prepared yet", "run `forethought analyze`")
    except StoreError as error:
        return Check("index", "bad", str(error), error.advice)
    finally:
        reader.close()
    size_mb = counts.index_bytes / 1_000_000
    detail = f"{counts.files} files, {counts.symbols} symbols, {counts.records} deep records, {size_mb:.1f} MB"
    return Check("index", "good", detail)


def _journal() -> Check:
    file = journal_file()
    try:
        Journal.open_to_read(file).close()
    except StoreAbsent:
        return Check("journal", "good", "nothing kept yet")
    except StoreError as error:
        return Check("journal", "bad", str(error), f"move {file} away: what was paid for and learned goes with it")
    return Check("journal", "good", f"{file}, {file.stat().st_size / 1_000_000:.1f} MB")


def _vanished(folders: RepositoryFolders) -> list[Check]:
    gone = [cache for cache in vanished_caches() if cache != folders.cache]
    if not gone:
        return []
    return [Check("old caches", "note", f"{len(gone)} of repositories that are gone", "they go with the next start")]


def _sleeper(folders: RepositoryFolders, status: Status | None) -> Check:
    if status is not None:
        size_mb = status.memory_bytes / 1_000_000
        return Check("sleeper", "good", f"{status.doing}; process {status.pid}, {size_mb:.0f} MB")
    if not somebody_writes(folders.lock):
        return Check("sleeper", "note", "none runs here", "an editor or `forethought analyze` starts one")
    try:
        pid = read_rendezvous(folders.rendezvous).pid
    except ChannelError:
        return Check("sleeper", "bad", "one holds the lock but does not listen", "restart the editor")
    return Check("sleeper", "bad", f"process {pid} does not answer", f"end process {pid}; another one takes over")


def _watching(root: Path, status: Status) -> Check:
    if status.watching == "watching":
        return Check("watching", "good", str(root))
    return Check("watching", "note", status.watching)


def _set_aside(status: Status) -> list[Check]:
    listed = sorted(status.set_aside.items())[:_LISTED_MAX]
    checks = [Check("set aside", "note", f"{path}: {why}") for path, why in listed]
    if len(status.set_aside) > _LISTED_MAX:
        checks.append(Check("set aside", "note", f"and {len(status.set_aside) - _LISTED_MAX} more files"))
    return checks


def _left_out(status: Status) -> list[Check]:
    return [Check("left out", "note", note) for note in status.notes[:_LISTED_MAX]]


def _background(status: Status) -> list[Check]:
    return [Check(name, "note", what) for name, what in status.background.items() if what]


def _watch_limits() -> list[Check]:
    """Linux's limits on watching, which every editor and build tool of the user shares."""
    if sys.platform != "linux":
        return []
    try:
        watches = int(Path("/proc/sys/fs/inotify/max_user_watches").read_text())
    except (OSError, ValueError):
        return []
    if watches >= 65_536:
        return [Check("inotify", "good", f"{watches} watches")]
    return [
        Check(
            "inotify",
            "note",
            f"only {watches} watches for all programs",
            "raise it with `sudo sysctl fs.inotify.max_user_watches=524288`",
        )
    ]
