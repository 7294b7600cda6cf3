"""Routing: from a question in a person's own words to readings of it, each an anchor and a kind, the likeliest first.

It must not know how an answer is found or shown, nor where symbols are kept: whoever asks brings a `Code`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from analyzers.facts import Symbol
from analyzers.questions.catalogue import CATALOGUE
from analyzers.questions.kind import Kind

Decision = Literal["answer", "two", "askBack", "notKnown"]

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A symbol that a question may be about; `kind` is what its facts call it."""

    path: str
    symbol: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a question. `sure` is between 0 and 1."""

    anchor: Anchor
    kind: str
    sure: float


@dataclass(frozen=True, slots=True)
class Routed:
    """What to do with a question."""

    decision: Decision
    readings: tuple[Reading, ...]


class Code(Protocol):
    """Names of a repository."""

    def named(self, name: str) -> Sequence[tuple[str, Symbol]]:
        """(path, symbol) of everything of this last name."""
        ...


def route(question: str, code: Code, here: Anchor | None) -> Routed:
    """How a question may be understood. `here` is what "this" means."""
    anchors: list[Anchor] = []
    for match in _NAME.finditer(question):
        dotted = match.group()
        for path, symbol in code.named(dotted.rpartition(".")[2]):
            if f".{symbol.qualname}".endswith(f".{dotted}"):
                anchors.append(Anchor(path, symbol.qualname, symbol.kind))
    anchors = anchors or ([here] if here is not None else [])
    if not anchors:
        return Routed("notKnown", ())
    readings = [
        Reading(anchor, kind.name, _overlap(kind, question))
        for anchor in anchors[:2]
        for kind in CATALOGUE
        if anchor.kind in kind.anchors and kind.answer is not None
    ]
    readings.sort(key=lambda reading: -reading.sure)
    decision: Decision = "answer" if len(anchors) == 1 else "two"
    return Routed(decision, tuple(readings[: len(anchors[:2])]))


def _overlap(kind: Kind, question: str) -> float:
    asked = set(question.lower().split())
    own = set(f"{kind.question} {kind.name} {kind.family}".lower().replace("?", "").split())
    return len(asked & own) / len(own) + kind.prior / 100
