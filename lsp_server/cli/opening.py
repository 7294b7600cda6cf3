"""Opening a repository for a command that reads: its view, or one line that says why there is none."""

from __future__ import annotations

from pathlib import Path

from lsp_server.cli.console import confirm, is_interactive
from lsp_server.cli.exits import STORE, Failure
from lsp_server.cli.paths import root_of
from lsp_server.disk_table import DiskTable
from lsp_server.store import IndexReader, StoreAbsent, StoreDamaged, StoreError, repository_folders
from lsp_server.store.folders import RepositoryFolders, remove_cache
from lsp_server.view import View


def open_view(path: Path) -> View:
    """The view of the repository at `path`. Raises `Failure` where nothing is prepared or the store cannot be read."""
    root = root_of(path)
    folders = repository_folders(root)
    reader = IndexReader(folders.index)
    try:
        reader.files()
    except StoreAbsent as error:
        raise Failure(STORE, f"nothing is prepared for {root} yet; run: forethought analyze {path}") from error
    except StoreError as error:
        raise store_failure(error) from error
    table = DiskTable(root)
    return View(root, reader, {}, lambda: table)


def store_failure(error: StoreError) -> Failure:
    """What to say about a store that cannot be used: what is wrong with it, and what to do."""
    return Failure(STORE, f"{error.path}: {error.detail}; {error.advice}")


def offer_rebuild(folders: RepositoryFolders, error: StoreError) -> bool:
    """Ask whether to throw a damaged index away; true where it was. Without a person to ask, nothing is done."""
    if not isinstance(error, StoreDamaged) or not is_interactive():
        return False
    if not confirm(f"The index of {folders.root} is damaged. Rebuild it? Nothing else is lost."):
        return False
    remove_cache(folders.cache)
    return True
