"""What a workspace gives a thinker: candidates by how likely they are asked about, and the material of their contexts.

It reads through a `View` and keeps back what may not be sent. It must not know when thinking happens or what it costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from analyzers.facts import FileFacts
from analyzers.records import Record
from analyzers.thinking.context import Material, neighbour_paths
from lsp_server import prepared
from lsp_server.likeliest import foreseen
from lsp_server.seen_failing import seen_failing
from lsp_server.sendable import Sendable
from lsp_server.thinker import Candidate
from lsp_server.view import View

CANDIDATES_MAX = 200
FOCUSED_MAX = 20
OPENING_BYTES_MAX = 800
"""What of an anchor's source its question is scored after."""
EDGE_TOKENS = 110
"""What a neighbour adds to a context, about."""
EDGES_COUNTED_MAX = 40


class WorkspaceSource:
    """Implements `thinker.Source`. Belongs to one thread, like its view."""

    def __init__(
        self,
        view: View,
        sendable: Sendable,
        *,
        context_tokens_max: int,
        predict: Callable[[View, int], Sequence[tuple[Record, float]]] = foreseen,
        failing: Callable[[View], Mapping[tuple[str, str], Sequence[str]]] = seen_failing,
    ) -> None:
        """`predict` says what is likely to be asked about, and how likely; `failing` what failed where."""
        self._view = view
        self._sendable = sendable
        self._context_tokens_max = context_tokens_max
        self._predict = predict
        self._find_failing = failing
        self._failing: Mapping[tuple[str, str], Sequence[str]] = {}
        self._ranked: Sequence[tuple[Record, float]] | None = None
        self._first: dict[tuple[str, str], None] = {}

    def refresh(self) -> None:
        """Files or records may be others now: look at the index anew, and rank again."""
        self._view.refresh()
        self._ranked = None

    def put_first(self, anchors: Iterable[tuple[str, str]]) -> None:
        """The cursor rests on these, or they are in a failing test or a traceback; the latest come first."""
        for path, symbol in anchors:
            self._first.pop((path, symbol), None)
            self._first[(path, symbol)] = None
        while len(self._first) > FOCUSED_MAX:
            del self._first[next(iter(self._first))]

    def candidates(self) -> list[Candidate]:
        """What may be sent: where the cursor rests, what failed, then the likeliest."""
        if self._ranked is None:
            self._ranked = self._predict(self._view, CANDIDATES_MAX)
            self._failing = self._find_failing(self._view)
        found: dict[tuple[str, str], Candidate] = {}
        for path, symbol in (*reversed(self._first), *reversed(list(self._failing))):
            record = prepared.record(self._view, path, symbol)
            if record is not None and (path, symbol) not in found and self._sendable.may_send(path):
                found[(path, symbol)] = self._candidate(record, 1.0, first=True)
        for record, likelihood in self._ranked:
            key = (record.path, record.name)
            if key not in found and self._sendable.may_send(record.path):
                found[key] = self._candidate(record, likelihood)
        return list(found.values())

    def material(self, candidate: Candidate) -> Material | None:
        record = prepared.record(self._view, candidate.path, candidate.symbol)
        if record is None:
            return None
        return collect(self._view, record, self._sendable, self._failing.get((record.path, record.name), ()))

    def _candidate(self, record: Record, predictability: float, *, first: bool = False) -> Candidate:
        edges = len(record.callers) + len(record.callees) + len(record.tests[:3]) + len(record.raises)
        size = (record.end - record.start) // 4 + EDGE_TOKENS * min(edges, EDGES_COUNTED_MAX)
        version = hashlib.blake2b(record.digest.encode(), digest_size=8)
        for dependency in record.depends:
            version.update(dependency.digest.encode())
        for seen in self._failing.get((record.path, record.name), ()):
            version.update(seen.encode("utf-8", "replace"))
        source = self._view.source(record.path)
        return Candidate(
            record.path,
            record.name,
            version.hexdigest(),
            predictability,
            min(size, self._context_tokens_max),
            first,
            f"Why does {record.name} not do what I expect?",
            source[record.start : record.end][:OPENING_BYTES_MAX].decode("utf-8", "replace") if source else "",
        )


def collect(view: View, record: Record, sendable: Sendable, evidence: Sequence[str] = ()) -> Material:
    """Everything that a record's context is made from and may be sent."""
    sources: dict[str, bytes] = {}
    facts: dict[str, FileFacts] = {}
    for path in neighbour_paths(record):
        if not sendable.may_send(path):
            continue
        source, file_facts = view.source(path), view.index_facts(path)
        if source is not None:
            sources[path] = source
        if file_facts is not None:
            facts[path] = file_facts
    answers = [answer for answer in prepared.answers(view, record) if answer.freshness == "fresh" and answer.weight > 0]
    return Material(record, sources, facts, answers, evidence)
