"""What a kind of question is, and what answering one is given.

A family declares its kinds with `Kind` and answers each with a function of the kind and what is `Asked`. Nothing here
knows which kinds exist: that is `catalogue`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from analyzers.evidence.history import FileHistory, Since, SymbolHistory
from analyzers.evidence.observed import Observed
from analyzers.questions.answer import GLANCE_CLAIMS, Answer, Claim, Provenance
from analyzers.questions.prose import last_name, number
from analyzers.questions.wording import Words, words_for
from analyzers.records import RANK, Confidence, Depth, Place, Record

Family = Literal[
    "failure",
    "exceptions",
    "values",
    "control",
    "state",
    "history",
    "tests",
    "structure",
    "use",
    "change",
    "intent",
]
FAMILIES: tuple[Family, ...] = Family.__args__  # type: ignore[attr-defined]
"""In the order in which a menu shows them."""

Anchor = Literal[
    "function", "method", "class", "field", "variable", "module", "expression", "frame", "test", "message", "change"
]
CALLABLE: frozenset[Anchor] = frozenset({"function", "method"})
HOLDER: frozenset[Anchor] = frozenset({"field", "variable"})
EVERYTHING: frozenset[Anchor] = CALLABLE | HOLDER | {"class"}

Means = Literal["static", "history", "runtime", "model"]

CLAIMS_MAX = 12
"""Claims of one answer; what is beyond them is counted in the last one, which cites as many places as it may."""
READS_MAX = 120
"""Neighbours' records that all answers about one symbol may read together, while somebody waits."""
PLACES_MAX = 20
"""Places that one claim cites."""


class Neighbours(Protocol):
    """Where an answer finds more than its own record: the records beside it and the text that it quotes."""

    def record(self, path: str, name: str) -> Record | None:
        """What is prepared for another symbol, if anything is."""
        ...

    def source(self, path: str) -> bytes | None:
        """The UTF-8 text that the records of `path` were made from, if it is at hand."""
        ...


class Alone:
    """No neighbours: answers come from the record alone."""

    __slots__ = ()

    def record(self, path: str, name: str) -> Record | None:
        return None

    def source(self, path: str) -> bytes | None:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One anchor about which questions are asked, with everything that may answer them."""

    record: Record
    neighbours: Remembered
    history: FileHistory | None
    since: Since | None
    evidence: Observed | None
    words: Words

    @property
    def deep(self) -> bool:
        """Whether the deep analysis has been here, so that an empty list means that nothing was found."""
        return self.record.depth >= Depth.DEEP

    @property
    def here(self) -> Place:
        """The anchor's own name, as a place to cite."""
        record = self.record
        return Place(record.path, record.name_start, record.name_end, record.line, record.name)

    @property
    def changes(self) -> SymbolHistory | None:
        """The anchor's own history, where it has one."""
        return self.history.of(self.record.name) if self.history is not None else None

    def about(self, record: Record) -> Asked:
        """The same question's means, about a neighbour."""
        return Asked(record, self.neighbours, None, None, None, words_for(record.path))

    def source(self) -> bytes | None:
        """The anchor's file, where it is the text that the record was made from."""
        source, record = self.neighbours.source(self.record.path), self.record
        if source is None or source[record.name_start : record.name_end] != last_name(record.name).encode():
            return None
        return source

    def text(self) -> str:
        """The anchor's whole definition; empty where the source is not at hand."""
        source = self.source()
        return source[self.record.start : self.record.end].decode("utf-8", "replace") if source else ""


class Remembered:
    """Neighbours that are read once each, and no more of them than a limit: the kinds look at the same few.

    Belongs to the one call that asks; nothing is kept from one question to the next.
    """

    __slots__ = ("_from", "_left", "_records", "_sources", "cut")

    def __init__(self, neighbours: Neighbours, reads_max: int) -> None:
        self._from = neighbours
        self._left = reads_max
        self._records: dict[tuple[str, str], Record | None] = {}
        self._sources: dict[str, bytes | None] = {}
        self.cut = False
        """Whether a record was not read because of the limit."""

    def record(self, path: str, name: str) -> Record | None:
        key = (path, name)
        if key not in self._records:
            if not self._left:
                self.cut = True
                return None
            self._left -= 1
            self._records[key] = self._from.record(path, name)
        return self._records[key]

    def source(self, path: str) -> bytes | None:
        if path not in self._sources:
            self._sources[path] = self._from.source(path)
        return self._sources[path]


def asked_of(
    record: Record,
    neighbours: Neighbours | None,
    history: FileHistory | None,
    since: Since | None,
    evidence: Observed | None,
    *,
    reads_max: int = READS_MAX,
) -> Asked:
    """What a family's function is given, from what the caller has."""
    remembered = Remembered(neighbours or Alone(), reads_max)
    return Asked(record, remembered, history, since, evidence, words_for(record.path))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: what it may be asked of, how it is worded, how it is answered, how likely it is."""

    name: str
    family: Family
    question: str
    """A template over `Words`: `Why can this be {none}?`."""
    anchors: frozenset[Anchor]
    of_class: str = ""
    of_callable: str = ""
    """Other templates for these anchors, where the same words would be odd."""
    answer: Callable[[Kind, Asked], Answer | None] | None = None
    """None for a kind that is not asked of a record (a traceback, a message) or that only a model can answer."""
    means: tuple[Means, ...] = ("static",)
    needs: tuple[str, ...] = ()
    """Fields of `Record`, `history`, `evidence`, `source` or `neighbours`: what the answer is made from."""
    languages: tuple[str, ...] = ()
    """Empty where every language will do."""
    prior: float = 0.1
    """How likely it is to be asked of a fitting anchor before anything else is known, between 0 and 1."""
    features: tuple[tuple[str, float], ...] = ()
    """What makes it likelier: a feature's name in `anticipation`, and by what factor at most."""
    hover: bool = True
    """Whether it may be shown without being asked for."""
    said_by: tuple[str, ...] = ()
    """Kinds beside which a hover does not show it, since they say as much."""
    sillito: tuple[int, ...] = ()
    """The questions of Sillito, Murphy and De Volder 2006 that it answers, by their number."""
    latoza: tuple[str, ...] = ()
    """Those of LaToza and Myers 2010, by their names in `studies`."""

    def wording(self, words: Words, anchor: str = "") -> str:
        """The question as asked in a language, of an anchor where that makes a difference."""
        template = (
            self.of_class if anchor == "class" else self.of_callable if anchor in CALLABLE else ""
        ) or self.question
        return template.format(
            none=" or ".join(words.nothing or (words.none,)), raise_=words.raise_, raises=words.raises
        )

    def fits(self, anchor: str, language: str) -> bool:
        """Whether the question makes sense of such an anchor."""
        return anchor in self.anchors and (not self.languages or language in self.languages)

    def says(
        self,
        asked: Asked,
        conclusion: str,
        confidence: Confidence,
        claims: Iterable[Claim] = (),
        *,
        unknown: Sequence[str] = (),
        interest: float = 1.0,
        glance: int = GLANCE_CLAIMS,
    ) -> Answer:
        """An answer of this kind; `interest`, between 0 and 1, is how much it tells beyond the expected.

        A conclusion that counts, or that says only, nobody or never, is at most likely: that there is no more of it
        follows from no rule of a language, unless everything that could mean the anchor was seen.
        """
        kept = tuple(claims)
        if len(kept) > CLAIMS_MAX:
            kept = (*kept[: CLAIMS_MAX - 1], _rest(kept[CLAIMS_MAX - 1 :]))
        return Answer(
            kind=self.name,
            path=asked.record.path,
            symbol=asked.record.name,
            question=self.wording(asked.words, asked.record.kind),
            conclusion=conclusion,
            confidence=confidence,
            claims=kept,
            unknown=tuple(unknown),
            weight=round(self.prior * interest, 4),
            glance=glance,
        )

    def not_known(self, asked: Asked, *why: str) -> Answer:
        """The answer that says what was looked for and not found; a hover never shows it."""
        return self.says(asked, NOT_KNOWN, "possible", unknown=why, interest=0.0)


NOT_KNOWN = "not known"
"""The conclusion of an answer that says what was looked for and not found."""
NOT_ANALYSED = "the deep analysis has not reached this file yet"
"""Why an answer that needs a deep record is not known."""


def claim(text: str, confidence: Confidence, *places: Place, provenance: Provenance = "static") -> Claim:
    """A claim that cites `places`, at most `PLACES_MAX` of them."""
    return Claim(text, confidence, places[:PLACES_MAX], provenance)


def weakest(confidences: Iterable[Confidence], default: Confidence = "possible") -> Confidence:
    """The least sure of several: what a statement about all of them may claim."""
    return max(confidences, key=RANK.__getitem__, default=default)


def surest(confidences: Iterable[Confidence], default: Confidence = "possible") -> Confidence:
    """The surest of several: what a statement that one of them holds may claim."""
    return min(confidences, key=RANK.__getitem__, default=default)


def at_most(confidence: Confidence, limit: Confidence) -> Confidence:
    """`confidence`, lowered to `limit` where it is surer than that."""
    return confidence if RANK[confidence] >= RANK[limit] else limit


def _rest(claims: Sequence[Claim]) -> Claim:
    places = tuple(place for each in claims for place in each.places[:1])
    return Claim(f"and {number(len(claims))} more", weakest(each.confidence for each in claims), places[:PLACES_MAX])
