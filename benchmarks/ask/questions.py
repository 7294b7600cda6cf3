"""The questions and what is expected of each, as data; and whether a reply is what was expected.

`open.jsonl` may be looked at while the router is worked on. `sealed.jsonl` may not: it is for measuring at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analyzers.asking.routing import Routed

HERE = Path(__file__).resolve().parent
FILES = {"open": HERE / "open.jsonl", "sealed": HERE / "sealed.jsonl"}

REACTIONS = {
    "ambiguous": frozenset({"askBack", "two"}),
    "noSuchName": frozenset({"notKnown", "askBack"}),
    "notKnown": frozenset({"notKnown"}),
}
"""What is right where there is no one answer: by why there is none."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `anchors` and `kinds` are all that are right; without them, `reaction` says why."""

    repository: str
    question: str
    anchors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    reaction: str = ""
    at: str = ""
    """`Symbol+N`: the cursor is N lines below the line where the symbol is named."""
    after: str = ""
    """The question before it in the same conversation."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a question was understood. For those without an answer only `reaction` counts."""

    question: Question
    anchor: bool
    kind: bool
    reaction: bool
    got: str

    @property
    def right(self) -> bool:
        """All that counts for it."""
        return self.reaction if self.question.reaction else self.anchor and self.kind


def load(which: str) -> list[Question]:
    """The questions of one half."""
    lines = FILES[which].read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        Question(**{**row, **{name: tuple(row[name]) for name in ("anchors", "kinds") if name in row}}) for row in rows
    ]


def judged(
    question: Question, routed: Routed, message_symbols: Iterable[str], traceback_symbols: Iterable[str]
) -> Verdict:
    """`message_symbols` are where the texts found stand, `traceback_symbols` the first suspects of a pasted failure."""
    suspects, texts = list(traceback_symbols), list(message_symbols)
    if suspects:
        pairs = [(name, "why_traceback") for name in suspects[:1]]
        decision = "answer"
    elif texts:
        pairs = [(name, "error_message") for name in dict.fromkeys(texts)][:3]
        decision = "answer"
    else:
        pairs = [(reading.anchor.symbol, reading.kind) for reading in routed.readings[:2]]
        decision = routed.decision
    answered = decision in ("answer", "two")
    anchor = answered and any(name in question.anchors for name, _ in pairs)
    kind = answered and any(kind in question.kinds for name, kind in pairs if name in question.anchors or not anchor)
    reaction = decision in REACTIONS.get(question.reaction, frozenset())
    return Verdict(question, anchor, kind, reaction, f"{decision} {pairs}")
