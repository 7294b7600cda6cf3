"""`error_message`: where a pasted message comes from, from the texts in the source that it may be."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.failure import KINDS
from analyzers.questions.prose import code, counted
from analyzers.records import Confidence, Place

CLAIMS_MAX = 6
EXACT_MIN = 0.9
"""From here on a text is the message, but for what was filled in."""

_KIND = next(kind for kind in KINDS if kind.name == "error_message")


def answer(places: Sequence[tuple[Place, bool, float]]) -> Answer:
    """From (where the text stands, whether it is raised there, how well it fits), the best first and at least one."""
    first, raised, fit = places[0]
    where = code(first.symbol) if first.symbol else code(first.path)
    sure: Confidence = "certain" if fit >= EXACT_MIN and len(places) == 1 else "likely" if fit >= 0.7 else "possible"
    also = f", and {counted(len(places) - 1, 'more place')}" if len(places) > 1 else ""
    claims = tuple(_claim(place, is_raised, own, sure) for place, is_raised, own in places[:CLAIMS_MAX])
    return Answer(
        kind=_KIND.name,
        path=first.path,
        symbol=first.symbol,
        question=_KIND.question,
        conclusion=f"{'raised' if raised else 'said'} in {where}{also}",
        confidence=sure,
        claims=claims,
        unknown=() if fit >= EXACT_MIN else ("whether the rest of the message is filled in there",),
        weight=_KIND.prior,
    )


def _claim(place: Place, raised: bool, fit: float, sure: Confidence) -> Claim:
    verb = "raises" if raised else "says"
    who = code(place.symbol) if place.symbol else "the module"
    own: Confidence = sure if fit >= EXACT_MIN or sure != "certain" else "likely"
    return Claim(f"{who} {verb} {code(place.quote)}", own, (place,))
