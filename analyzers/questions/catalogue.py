"""The catalogue: every kind of question, and which answers a record gives.

Adding a kind touches its family's file alone; adding a family, this file too. Which answers are worth showing unasked
is decided here, so that every reader decides alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analyzers.evidence.history import FileHistory, Since
from analyzers.evidence.observed import Observed
from analyzers.questions import (
    change,
    control,
    exceptions,
    failure,
    history,
    intent,
    state,
    structure,
    tests,
    use,
    values,
)
from analyzers.questions.answer import Answer
from analyzers.questions.kind import FAMILIES, READS_MAX, Family, Kind, Neighbours, asked_of
from analyzers.records import RANK, Record

CATALOGUE: tuple[Kind, ...] = (
    *failure.KINDS,
    *exceptions.KINDS,
    *values.KINDS,
    *control.KINDS,
    *state.KINDS,
    *history.KINDS,
    *tests.KINDS,
    *structure.KINDS,
    *use.KINDS,
    *change.KINDS,
    *intent.KINDS,
)
"""Every kind, family by family in the order of DESIGN.md's table."""

KINDS: dict[str, Kind] = {kind.name: kind for kind in CATALOGUE}

PRIORS: dict[str, float] = {kind.name: kind.prior for kind in CATALOGUE}

HOVER_ANSWERS_MAX = 2
"""Two answers that help are read; a third is skipped, and hides them."""
HOVER_LINES_MAX = 12
"""A hover's whole height, its closing line included."""
HOVER_WEIGHT_MIN = 0.2
"""Below this an answer says what was to be expected, and a hover keeps silent about it."""


class Section(NamedTuple):
    """A family's part of the menu: the answers that say something first, the not known ones last."""

    family: Family
    answers: tuple[Answer, ...]


def kinds_for(anchor: str, language: str, muted: frozenset[str] = frozenset()) -> list[Kind]:
    """The kinds that make sense of an anchor; `muted` names kinds or whole families."""
    return [kind for kind in CATALOGUE if kind.fits(anchor, language) and not is_muted(kind.name, muted)]


def is_muted(name: str, muted: frozenset[str]) -> bool:
    """Whether a kind is not wanted, by its own name or its family's."""
    kind = KINDS.get(name)
    return name in muted or (kind is not None and kind.family in muted)


def for_record(
    record: Record,
    *,
    neighbours: Neighbours | None = None,
    history: FileHistory | None = None,
    since: Since | None = None,
    evidence: Observed | None = None,
    muted: frozenset[str] = frozenset(),
    reads_max: int = READS_MAX,
    unasked: bool = False,
) -> list[Answer]:
    """Every answer about one symbol, the likeliest wanted first. Answers are fresh as far as is known here.

    A kind whose answer cannot be known says so with weight 0; a kind that needs what is absent (no history, no model)
    gives no answer at all. `history` is the file's, `since` what changed in the repository since its tests last passed;
    `reads_max` bounds how many neighbours' records are read for all answers together; `unasked` leaves out the kinds
    that a hover never shows, and so what they would cost.
    """
    asked = asked_of(record, neighbours, history, since, evidence, reads_max=reads_max)
    answers = [
        answer
        for kind in kinds_for(record.kind, asked.words.language, muted)
        if kind.answer is not None and (kind.hover or not unasked) and (answer := kind.answer(kind, asked)) is not None
    ]
    return sorted(answers, key=order)


def one(
    name: str,
    record: Record,
    *,
    neighbours: Neighbours | None = None,
    history: FileHistory | None = None,
    since: Since | None = None,
    evidence: Observed | None = None,
) -> Answer | None:
    """The answer to one kind of question; None where that kind does not fit. Raises `KeyError` on an unknown name."""
    kind = KINDS[name]
    asked = asked_of(record, neighbours, history, since, evidence)
    if kind.answer is None or not kind.fits(record.kind, asked.words.language):
        return None
    return kind.answer(kind, asked)


def choose_for_hover(
    answers: Iterable[Answer],
    *,
    answers_max: int = HOVER_ANSWERS_MAX,
    lines_max: int = HOVER_LINES_MAX,
) -> list[Answer]:
    """The one or two answers most likely wanted, that fit the lines; none where none adds to a type's hover.

    An answer takes a line, one for each claim that is shown, and one to set it off; the last line of a hover says how
    fresh it is.
    """
    lines = lines_max - 1
    chosen: list[Answer] = []
    for answer in sorted(answers, key=order):
        kind = KINDS.get(answer.kind)
        if answer.weight < HOVER_WEIGHT_MIN or (kind is not None and not kind.hover):
            continue
        if kind is not None and any(each.kind in kind.said_by for each in chosen):
            continue
        needs = 2 + min(len(answer.claims), answer.glance)
        if needs > lines or len(chosen) == answers_max:
            continue
        lines -= needs
        chosen.append(answer)
    return chosen


def menu(answers: Iterable[Answer]) -> list[Section]:
    """The answers grouped by family in a fixed order, so that a person finds each question where it was yesterday."""
    listed: Sequence[Answer] = sorted(answers, key=lambda answer: answer.weight == 0.0)
    order = {kind.name: (FAMILIES.index(kind.family), at) for at, kind in enumerate(CATALOGUE)}
    sections = []
    for family in FAMILIES:
        own = [answer for answer in listed if answer.kind in order and KINDS[answer.kind].family == family]
        own.sort(key=lambda answer: (answer.weight == 0.0, order[answer.kind]))
        if own:
            sections.append(Section(family, tuple(own)))
    return sections


def order(answer: Answer) -> tuple[float, int, str]:
    """The likeliest wanted first, the surer of equal ones."""
    return (-answer.weight, RANK[answer.confidence], answer.kind)
