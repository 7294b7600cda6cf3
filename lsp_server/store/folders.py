"""Where the stores of a repository lie, and how one repository is told from another. Opens no store.

The index's folder name contains the schema's version, so that two installed versions never fight over one file.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

INDEX_SCHEMA = 9
"""Raised whenever the index's tables, the facts' shape or the records' shape change: the old index is left alone."""

_APPLICATION = "forethought"
_SOCKET_PATH_BYTES_MAX = 100
"""Unix socket addresses hold 104 bytes on macOS and 108 on Linux, the terminating zero included."""


@dataclass(frozen=True, slots=True)
class RepositoryFolders:
    """The files that belong to one repository."""

    id: str
    root: Path
    cache: Path
    """Holds everything that can be rebuilt."""

    @property
    def index(self) -> Path:
        """The index's database."""
        return self.cache / "index.sqlite3"

    @property
    def lock(self) -> Path:
        """Locked by the one process that writes."""
        return self.cache / "writer.lock"

    @property
    def rendezvous(self) -> Path:
        """Says where the one process that writes listens, and the key to talk to it."""
        return self.cache / "writer.json"

    @property
    def root_note(self) -> Path:
        """Says which folder this cache belongs to, so that caches of vanished repositories can be removed."""
        return self.cache / "root"

    @property
    def crashes(self) -> Path:
        """Files that brought an analysing process down, and how often."""
        return self.cache / "crashes.json"


def cache_root() -> Path:
    """The folder of all indexes; `FORETHOUGHT_CACHE_DIR` overrides the platform's own."""
    given = os.environ.get("FORETHOUGHT_CACHE_DIR")
    return Path(given) if given else Path(platformdirs.user_cache_dir(_APPLICATION, appauthor=False))


def state_root() -> Path:
    """The folder of the journal; `FORETHOUGHT_STATE_DIR` overrides the platform's own."""
    given = os.environ.get("FORETHOUGHT_STATE_DIR")
    return Path(given) if given else Path(platformdirs.user_state_dir(_APPLICATION, appauthor=False))


def config_file() -> Path:
    """The user's settings file; `FORETHOUGHT_CONFIG` overrides the platform's own."""
    given = os.environ.get("FORETHOUGHT_CONFIG")
    return Path(given) if given else Path(platformdirs.user_config_dir(_APPLICATION, appauthor=False)) / "config.toml"


def journal_file() -> Path:
    """The journal, one for all repositories."""
    return state_root() / "journal.sqlite3"


def repository_id(root: Path) -> str:
    """A name for the repository at `root`: its folder's name, legible, and a digest of its whole real path."""
    real = os.path.realpath(root)
    if sys.platform in ("win32", "darwin"):
        real = real.casefold()
    digest = hashlib.blake2b(os.fsencode(real), digest_size=8).hexdigest()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", os.path.basename(real))[:32] or "root"
    return f"{name}-{digest}"


def repository_folders(root: Path) -> RepositoryFolders:
    """The files of the repository at `root`. Creates nothing."""
    id_ = repository_id(root)
    return RepositoryFolders(id=id_, root=Path(os.path.realpath(root)), cache=cache_root() / f"v{INDEX_SCHEMA}" / id_)


def make_private(folder: Path) -> Path:
    """Creates `folder` for its owner alone. Raises `PermissionError` where it belongs to or is open to others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(f"{folder} is not a folder of this user")
        if stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
    return folder


def socket_folder() -> Path:
    """The private folder of the sockets: in the cache where its path is short enough, else in the temporary folder."""
    folder = cache_root() / "run"
    if len(os.fsencode(folder)) + 26 > _SOCKET_PATH_BYTES_MAX:
        user = os.getuid() if sys.platform != "win32" else 0
        where = hashlib.blake2b(os.fsencode(folder), digest_size=4).hexdigest()
        folder = Path(tempfile.gettempdir()) / f"forethought-{user}-{where}"
    return folder


def vanished_caches() -> list[Path]:
    """Cache folders, of any schema version, whose repository is no longer there."""
    gone: list[Path] = []
    for version in _folders_in(cache_root()):
        if not re.fullmatch(r"v\d+", version.name):
            continue
        for cache in _folders_in(version):
            try:
                root = (cache / "root").read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            # A root whose parent is missing too may lie on a volume that is not mounted just now.
            if not os.path.isdir(root) and os.path.isdir(os.path.dirname(root)):
                gone.append(cache)
    return gone


def remove_cache(cache: Path) -> None:
    """Deletes one repository's cache folder; what another process holds open stays until it lets go."""
    shutil.rmtree(cache, ignore_errors=True)


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except OSError:
        return []
