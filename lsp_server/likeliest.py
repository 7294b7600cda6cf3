"""Which symbols someone will most likely ask about, for whoever must choose without being asked."""

from __future__ import annotations

import heapq

from analyzers import languages
from analyzers.records import Record
from lsp_server import anticipate, prepared
from lsp_server.store import repository_folders
from lsp_server.view import View

LOOKED_INTO_PER_SHOWN = 4
"""Symbols that are looked into for each that is shown."""

RANKED_SYMBOLS_MAX = 4_000
"""Symbols compared where no deep record says which are likely."""


def likeliest(view: View, count: int) -> list[Record]:
    """The records that someone will most likely ask about; without deep ones, of the most widely called functions."""
    return view.top(count) or _most_called(view, count)


def foreseen(view: View, count: int) -> list[tuple[Record, float]]:
    """What the predictor names, each as likely as it says, compared with the first.

    Where it has not looked yet, `likeliest`, the n-th 1/n as likely: questions follow Zipf's law.
    """
    named = anticipate.likeliest(repository_folders(view.root).cache, count)
    found = [(record, each.likelihood) for each in named if (record := prepared.record(view, each.path, each.symbol))]
    return found or [(record, 1.0 / rank) for rank, record in enumerate(likeliest(view, count), 1)]


def _most_called(view: View, count: int) -> list[Record]:
    ranked: list[tuple[int, str, str]] = []
    for path in sorted(view.paths()):
        facts = view.index_facts(path) if languages.is_source_path(path) else None
        if facts is None:
            continue
        for symbol in facts.symbols:
            if symbol.kind in ("function", "method") and not symbol.name.startswith("__"):
                ranked.append((len(view.paths_calling(symbol.name)), path, symbol.qualname))
        if len(ranked) > RANKED_SYMBOLS_MAX:
            break
    # An overloaded function is defined several times. Names that everybody uses are called a lot and mean little, so
    # the most named ones are looked into, and those with sure callers and exceptions come first.
    named = heapq.nlargest(LOOKED_INTO_PER_SHOWN * count, set(ranked))
    records = (prepared.record(view, path, name) for _, path, name in named)
    return heapq.nlargest(count, (record for record in records if record is not None), key=_interest)


def _interest(record: Record) -> int:
    sure = sum(edge.confidence == "certain" for edge in record.callers)
    return sure + 3 * len(record.raises) + 2 * len(record.none_ways)
