"""`textDocument/codeLens`: a place above each function for its likeliest answer. Off unless the user turns it on.

What a lens says is worked out when the editor shows it (`codeLens/resolve`).
"""

from __future__ import annotations

from lsprotocol import types

from lsp_server.features.convert import range_of
from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_CODE_LENS
OPTIONS = types.CodeLensOptions(resolve_provider=True)
LENSES_MAX = 300


def handle(session: Session, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    document = session.document(params.text_document.uri) if session.wants_lenses else None
    facts = document.view.facts(document.path) if document is not None else None
    if document is None or facts is None:
        return None
    found: dict[str, types.CodeLens] = {}
    for symbol in facts.symbols:
        # Overloads and conditional definitions share a name, and what is known of it.
        if symbol.digest and symbol.qualname not in found and len(found) < LENSES_MAX:
            where = range_of(document.lines, symbol.name_start, symbol.name_end, session.encoding)
            data = {"uri": params.text_document.uri, "name": symbol.qualname}
            found[symbol.qualname] = types.CodeLens(range=where, data=data)
    return list(found.values())
