"""`forethought.report`: what was anticipated, asked, spent and saved, as Markdown for the editor to show."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from lsp_server.render.report_text import report_text
from lsp_server.report import gather
from lsp_server.session import Session
from lsp_server.shapes import ReportResult
from lsp_server.store import IndexReader, Journal, StoreAbsent, StoreError, repository_folders
from lsp_server.store.folders import journal_file
from lsp_server.view import View


async def run(session: Session, arguments: Sequence[Any]) -> ReportResult:
    uri = arguments[0] if arguments and isinstance(arguments[0], str) else ""
    repository = session.repository(uri)
    if repository is None:
        return ReportResult("No folder is open.")
    return ReportResult(await asyncio.to_thread(_text, repository.view))


def _text(view: View) -> str:
    # Readers belong to one thread each, and this one is not the server's.
    folders = repository_folders(view.root)
    reader = IndexReader(folders.index)
    try:
        journal = Journal.open_to_read(journal_file())
    except StoreAbsent:
        return "Nothing was thought, asked or spent yet."
    except StoreError as error:
        return f"The journal cannot be read just now: {error.detail}."
    try:
        return report_text(gather(journal, View(view.root, reader, {}), folders.id))
    except StoreError as error:
        return f"The journal cannot be read just now: {error.detail}."
    finally:
        journal.close()
        reader.close()
