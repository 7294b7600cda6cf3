"""`forethought report`: writes the page."""

from __future__ import annotations

import time
from pathlib import Path

from lsp_server.cli.exits import STORE, UNREADABLE, Failure
from lsp_server.cli.opening import open_view, store_failure
from lsp_server.render.report_page import report_page
from lsp_server.report import gather
from lsp_server.store import Journal, StoreAbsent, StoreError, repository_folders
from lsp_server.store.folders import journal_file


def report(path: Path, output: Path) -> None:
    view = open_view(path)
    try:
        journal = Journal.open_to_read(journal_file())
    except StoreAbsent as error:
        raise Failure(STORE, "nothing was thought, asked or spent yet; start with: forethought think") from error
    except StoreError as error:
        raise store_failure(error) from error
    try:
        page = report_page(gather(journal, view, repository_folders(view.root).id), time.time())
    except StoreError as error:
        raise store_failure(error) from error
    finally:
        journal.close()
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Failure(UNREADABLE, f"{output}: {error.strerror or error}") from error
    print(f"wrote {output}")
