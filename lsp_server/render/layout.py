"""Which answers are shown first, and how much of each: the same in an editor and in a terminal. Knows no markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzers.questions import catalogue
from analyzers.questions.answer import Answer, Claim
from analyzers.records import Place

PLACES_MAX = 3
"""Places cited for one claim."""
ALSO_MAX = 4
"""Other answers named in the last line."""

Resolve = Callable[[Place], int]
"""The line, counted from 1, on which a place's text is now: unsaved edits above it may have moved it."""

Here = tuple[str, int]
"""Where the reader is: a path, and a line counted from 1."""


def places_shown(claim: Claim, resolve: Resolve) -> list[Place]:
    """A claim's first places, each line once: two calls on one line lead to the same line."""
    shown: dict[tuple[str, int], Place] = {}
    for place in claim.places:
        shown.setdefault((place.path, resolve(place)), place)
        if len(shown) == PLACES_MAX:
            break
    return list(shown.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer and the claims of it that are shown."""

    answer: Answer
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a hover holds: some answers in part, and the names of the others."""

    shown: tuple[Shown, ...]
    also: tuple[str, ...]


def lay_out(answers: Sequence[Answer], resolve: Resolve, here: Here | None = None) -> Layout:
    """The answers that the catalogue chooses for a hover, and the names of others that are prepared.

    What only points at the line under the cursor is left out, and an answer of nothing else leads no hover.
    """
    shown: list[Shown] = []
    for answer in catalogue.choose_for_hover(answers):
        each = _shown(answer, resolve, here)
        if each.claims or not answer.claims or shown:
            shown.append(each)
    kinds = {each.answer.kind for each in shown}
    also = [short_question(each.question) for each in answers if each.kind not in kinds and each.weight > 0]
    return Layout(tuple(shown), tuple(also[:ALSO_MAX]))


def _shown(answer: Answer, resolve: Resolve, here: Here | None) -> Shown:
    """The claims for a glance; what is merely possible gives way where something surer is known."""
    surer = [claim for claim in answer.claims if claim.confidence != "possible"]
    kept = (surer or answer.claims)[: answer.glance]
    return Shown(answer, tuple(each for each in kept if here is None or not _is_at(each, resolve, here)))


def _is_at(claim: Claim, resolve: Resolve, here: Here) -> bool:
    """Whether a claim leads nowhere but to where the reader is."""
    return bool(claim.places) and all((place.path, resolve(place)) == here for place in claim.places)


def short_question(question: str) -> str:
    """A question as part of a list: `Why can this be None?` becomes `why can this be None`."""
    plain = question.rstrip("?")
    return plain[:1].lower() + plain[1:]


def freshness(answers: Sequence[Answer]) -> str:
    """One word for all of them, and what changed where they are stale."""
    stale = [answer for answer in answers if answer.freshness == "stale"]
    if not stale:
        return "fresh"
    names = list(dict.fromkeys(name for answer in stale for name in answer.stale_because))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"stale: {', '.join(names[:3])}{more} changed" if names else "stale"
