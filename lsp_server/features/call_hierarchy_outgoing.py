"""`callHierarchy/outgoingCalls`: what it calls, the surest first, one entry for each called function."""

from __future__ import annotations

from lsprotocol import types

from lsp_server import prepared
from lsp_server.features.call_items import group_targets, item_of
from lsp_server.session import Session

METHOD = types.CALL_HIERARCHY_OUTGOING_CALLS


def handle(
    session: Session, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall] | None:
    document = session.document(params.item.uri)
    name = params.item.data.get("name") if isinstance(params.item.data, dict) else None
    if document is None or not isinstance(name, str):
        return None
    record = prepared.record(document.view, document.path, name)
    if record is None:
        return None
    calls = []
    for (path, callee), ranges in group_targets(document.view, record.callees, session.encoding).items():
        item = item_of(document.view, path, callee, session.encoding)
        if item is not None:
            calls.append(types.CallHierarchyOutgoingCall(to=item, from_ranges=ranges))
    return calls
