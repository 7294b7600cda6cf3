"""`why_traceback` and `why_test_fails`: ranked suspects as an answer, whose claims cite a suspect and its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.evidence.code import Names
from analyzers.evidence.localise import Suspect
from analyzers.evidence.reasons import Reason, confidence_of, reasons
from analyzers.evidence.scene import Scene
from analyzers.facts import MODULE
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.failure import KINDS
from analyzers.records import Place
from analyzers.text import Lines

CLAIMS_MAX = 5

_KINDS = {kind.name: kind for kind in KINDS}


def answer(
    suspects: Sequence[Suspect], scenes: Sequence[Scene], names: Names, not_known: Sequence[str] = ()
) -> Answer | None:
    """Why the failure happened; None where there is no failure to answer about."""
    if not scenes:
        return None
    scene = scenes[0]
    kind = _KINDS["why_test_fails" if scene.failure.test else "why_traceback"]
    anchor = scene.test or (scene.frames[-1][2] if scene.frames else None)
    claims = tuple(claim_of(suspect, rank, scenes, names) for rank, suspect in enumerate(suspects[:CLAIMS_MAX]))
    return Answer(
        kind.name,
        anchor.path if anchor else "",
        names.symbol(anchor).qualname if anchor and anchor.at != MODULE else "",
        kind.question,
        f"first suspect: `{suspects[0].name}`" if suspects else "not known",
        confidence_of(suspects[0], 0) if suspects else "possible",
        claims,
        unknown=tuple(not_known) if suspects else (*not_known, "no function of this workspace is reached"),
        weight=kind.prior,
    )


def claim_of(suspect: Suspect, rank: int, scenes: Sequence[Scene], names: Names) -> Claim:
    """Why a suspect is one, with its places."""
    why = reasons(suspect, list(scenes), names)
    places = [_at_name(suspect, names)]
    for reason in why:
        if reason.line and (place := _at_line(reason, names)):
            places.append(place)
    return Claim(
        f"`{suspect.name}`: {why[0].text}",
        confidence_of(suspect, rank),
        tuple(dict.fromkeys(places)),
        "runtime",
    )


def _at_name(suspect: Suspect, names: Names) -> Place:
    symbol = names.symbol(suspect.node)
    return Place(suspect.path, symbol.name_start, symbol.name_end, suspect.line, suspect.name)


def _at_line(reason: Reason, names: Names) -> Place | None:
    """The code on a reason's line, without its indentation."""
    file = names.file(reason.path)
    if file is None:
        return None
    start, end = Lines(file.source).span_of_line(reason.line - 1)
    text = file.source[start:end]
    if not text.strip():
        return None
    start += len(text) - len(text.lstrip())
    around = names.at_line(reason.path, reason.line)
    return Place(reason.path, start, end, reason.line, names.symbol(around).qualname if around else "")
