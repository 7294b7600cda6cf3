"""`textDocument/documentSymbol`: the outline, of the text as the editor shows it."""

from __future__ import annotations

from lsprotocol import types

from analyzers.facts import MODULE, FileFacts, Symbol
from analyzers.text import Encoding, Lines
from lsp_server.features.convert import range_of
from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_DOCUMENT_SYMBOL

KINDS = {
    "class": types.SymbolKind.Class,
    "function": types.SymbolKind.Function,
    "method": types.SymbolKind.Method,
    "field": types.SymbolKind.Field,
    "variable": types.SymbolKind.Variable,
}


def handle(session: Session, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    facts = document.view.facts(document.path)
    return outline(facts, document.lines, session.encoding) if facts is not None else None


def outline(facts: FileFacts, lines: Lines, encoding: Encoding) -> list[types.DocumentSymbol]:
    """Symbols inside one another as they lie in the source, each parent before its children."""
    made = [_symbol(symbol, lines, encoding) for symbol in facts.symbols]
    top: list[types.DocumentSymbol] = []
    for symbol, item in zip(facts.symbols, made, strict=True):
        if symbol.parent == MODULE:
            top.append(item)
        else:
            parent = made[symbol.parent]
            parent.children = [*(parent.children or ()), item]
    return top


def _symbol(symbol: Symbol, lines: Lines, encoding: Encoding) -> types.DocumentSymbol:
    # A client refuses the whole outline when one name lies outside its symbol.
    start, end = min(symbol.start, symbol.name_start), max(symbol.end, symbol.name_end)
    return types.DocumentSymbol(
        name=symbol.name or "?",
        kind=KINDS.get(symbol.kind, types.SymbolKind.Variable),
        range=range_of(lines, start, end, encoding),
        selection_range=range_of(lines, symbol.name_start, symbol.name_end, encoding),
    )
