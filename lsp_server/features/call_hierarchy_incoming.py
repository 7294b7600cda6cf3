"""`callHierarchy/incomingCalls`: who calls it, the surest first, one entry for each calling function."""

from __future__ import annotations

from lsprotocol import types

from lsp_server import prepared
from lsp_server.features.call_items import group, item_of
from lsp_server.session import Session

METHOD = types.CALL_HIERARCHY_INCOMING_CALLS


def handle(
    session: Session, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall] | None:
    document = session.document(params.item.uri)
    name = params.item.data.get("name") if isinstance(params.item.data, dict) else None
    if document is None or not isinstance(name, str):
        return None
    record = prepared.record(document.view, document.path, name)
    if record is None:
        return None
    calls = []
    for (path, caller), ranges in group(document.view, record.callers, session.encoding).items():
        item = item_of(document.view, path, caller, session.encoding)
        if item is not None:
            calls.append(types.CallHierarchyIncomingCall(from_=item, from_ranges=ranges))
    return calls
