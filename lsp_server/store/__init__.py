"""The stores: the index, which can be rebuilt at will, and the journal, which cannot. The only importer of `sqlite3`.

Reading order: `errors` (what can go wrong, as types), `folders` (where the stores lie), `database` (opening, modes,
migrations), `index` (the sleeper's writing side), `reader` (everybody else's side, which never waits), `journal`.

How a reader uses the index, in the server, the command line and the MCP server alike::

    reader = IndexReader(repository_folders(root).index)
    try:
        facts = reader.facts_at("src/click/core.py")
    except StoreError:                      # absent, busy, damaged: "not prepared yet"
        facts = None

How a helper keeps something durable: append a named function to `journal.MIGRATIONS`, then `Journal.query` and
`Journal.execute`.
"""

from lsp_server.store.errors import (
    StoreAbsent,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreTooNew,
)
from lsp_server.store.folders import RepositoryFolders, repository_folders
from lsp_server.store.index import Extracted, FileEntry, IndexWriter
from lsp_server.store.journal import Journal
from lsp_server.store.reader import Counts, IndexReader

__all__ = [
    "Counts",
    "Extracted",
    "FileEntry",
    "IndexReader",
    "IndexWriter",
    "Journal",
    "RepositoryFolders",
    "StoreAbsent",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreTooNew",
    "repository_folders",
]
