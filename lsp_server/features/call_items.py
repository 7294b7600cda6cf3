"""Functions and calls as the call hierarchy's values; shared by its three methods."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from lsprotocol import types

from analyzers.records import RANK, Edge, Place
from analyzers.text import Encoding
from lsp_server.features.convert import range_of
from lsp_server.features.document_symbol import KINDS
from lsp_server.view import View

ITEMS_MAX = 200
"""Functions listed on one side of a call hierarchy; a longer list helps nobody."""

Groups = dict[tuple[str, str], list[types.Range]]


def item_of(view: View, path: str, name: str, encoding: Encoding) -> types.CallHierarchyItem | None:
    """A function, a class, or (with an empty name) a module, as the client lists it."""
    lines = view.lines(path)
    if lines is None:
        return None
    symbol = view.symbol(path, name) if name else None
    start = end = name_start = name_end = 0
    kind = types.SymbolKind.Module
    if symbol is not None:
        start, end = min(symbol.start, symbol.name_start), max(symbol.end, symbol.name_end)
        name_start, name_end = symbol.name_start, symbol.name_end
        kind = KINDS.get(symbol.kind, types.SymbolKind.Function)
    elif name:
        return None
    return types.CallHierarchyItem(
        name=name.rpartition(".")[2] or PurePosixPath(path).name,
        kind=kind,
        uri=view.uri(path),
        range=range_of(lines, start, end, encoding),
        selection_range=range_of(lines, name_start, name_end, encoding),
        detail=f"{name} {path}" if "." in name else path,
        data={"name": name},
    )


def group(view: View, edges: Iterable[Edge], encoding: Encoding) -> Groups:
    """The places of calls by the function that they are in."""
    return _grouped(view, (((edge.place.path, edge.place.symbol), edge) for edge in edges), encoding)


def group_targets(view: View, edges: Iterable[Edge], encoding: Encoding) -> Groups:
    """The places of calls by the function that they lead to."""
    return _grouped(view, (((edge.target_path, edge.target), edge) for edge in edges), encoding)


def _grouped(view: View, keyed: Iterable[tuple[tuple[str, str], Edge]], encoding: Encoding) -> Groups:
    groups: Groups = {}
    for key, edge in sorted(keyed, key=lambda pair: RANK[pair[1].confidence]):
        if key not in groups and len(groups) >= ITEMS_MAX:
            continue
        found = _range(view, edge.place, encoding)
        if found is not None:
            groups.setdefault(key, []).append(found)
    return groups


def _range(view: View, place: Place, encoding: Encoding) -> types.Range | None:
    lines = view.lines(place.path)
    if lines is None:
        return None
    start = view.offset_now(place)
    return range_of(lines, start, start + (place.end - place.start), encoding)
