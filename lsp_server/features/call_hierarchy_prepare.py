"""`textDocument/prepareCallHierarchy`: the function under the cursor, or the one that a call there leads to."""

from __future__ import annotations

from lsprotocol import types

from lsp_server import prepared
from lsp_server.features.call_items import item_of
from lsp_server.features.convert import offset_at
from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY


def handle(session: Session, params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    offset = offset_at(document, params.position, session.encoding)
    target = prepared.target_at(document.view, document.path, offset)
    item = item_of(document.view, target.path, target.name, session.encoding) if target is not None else None
    return [item] if item is not None else None
