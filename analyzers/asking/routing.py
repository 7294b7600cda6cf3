"""Routing: from a question in a person's own words to what to do with it, and to its readings, the likeliest first.

A reading is an anchor and a kind. One that is clear enough is answered; two that are equally likely are both answered;
of more, the person chooses; and where nothing fits, that is said. It must not know how an answer is found or shown,
nor where symbols are kept: whoever asks brings a `Code`, the literals that a message may come from, and what was said
before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analyzers.asking import anchors
from analyzers.asking.anchors import Anchor, Candidate, Code, Found
from analyzers.asking.lexicon import STOP, UNCLEAR, Spoken, spoken_of, vocabulary
from analyzers.asking.literals import Hit, enclosing
from analyzers.asking.words import Token, normal, tokens
from analyzers.facts import FileFacts
from analyzers.questions.catalogue import KINDS

Decision = Literal["answer", "two", "askBack", "notKnown"]

MARGIN = 0.3
"""Two readings nearer to each other than this are equally likely."""
KIND_MARGIN = 0.12
FIT_GAIN = 1.0
INSTEAD_GAIN = 0.35
"""What it adds that a kind makes sense of an anchor, itself or by the kind that stands for it there."""
WORTH_MIN = 0.75
"""A candidate that explains less is no better than none."""
GUESS_MIN = 0.86
"""A name that is less like what was typed is asked about, not taken."""
MESSAGE_MIN = 0.62
MESSAGE_ALONE_MIN = 0.78
MESSAGE_NAMED_MIN = 0.9
MESSAGE_EXACT_MIN = 0.95
"""How well a literal must fit: with words that ask for a message's origin, without, beside a name, and where all its
words could be a question's own."""
CLEAR_MIN = 0.6
"""A kind that is spoken of less clearly gives way to what was asked before, where a follow-up names something new."""
READINGS_MAX = 3
MESSAGE_WORDS_MIN = 3
TEXT_WORDS_MIN = 2

INSTEAD: dict[str, tuple[str, ...]] = {
    "callers": ("instances", "readers", "writers", "overrides"),
    "returns": ("why_none", "comes_from", "purpose"),
    "readers": ("callers", "instances"),
    "writers": ("instances", "changes", "comes_from"),
    "examples": ("instances", "readers"),
    "passed": ("comes_from", "examples"),
    "comes_from": ("passed", "instances"),
    "instances": ("callers", "writers"),
    "dead": ("readers",),
    "reached": ("instances", "readers", "callers"),
    "changes": ("writers", "changed"),
    "raises": ("instances",),
    "catches": ("instances",),
    "tests": ("readers",),
    "untested": ("tests",),
    "overrides": ("variants", "writers"),
    "does": ("purpose",),
    "error_message": ("instances", "raises"),
    "wrong": ("assumes",),
    "assumes": ("purpose",),
}
"""What is asked of an anchor that the kind named does not fit: who calls a class is where its instances are made."""

_HERE = frozenset({"this", "here", "these"})
_BEFORE = frozenset({"it", "its", "that", "them", "they", "those", "one", "same"})
_FOLLOWS = re.compile(r"^\s*(?:and|but|also|so|ok|then|what about|how about|what of|same for)\b", re.IGNORECASE)
_ASKS = re.compile(r"^\W*(?:and |so )?(?:what|who|where|when|why|how|which|is|are|does|do|can|any)\b", re.IGNORECASE)
_ERROR = re.compile(r"^\s*(?:[\w.]*(?:Error|Exception|Warning|Exit|Interrupt)|Error|Warning)\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a question. `kind` is empty where only the anchor is clear."""

    anchor: Anchor
    kind: str
    score: float
    spelled: str = ""
    """What was typed, where the anchor's name was guessed from it."""


@dataclass(frozen=True, slots=True)
class Routed:
    """What to do with a question."""

    decision: Decision
    readings: tuple[Reading, ...] = ()
    hits: tuple[Hit, ...] = ()
    """Where the answer is where a message comes from: the texts that it may be."""
    unknown: tuple[str, ...] = ()
    """What the question names and nothing here is called."""
    kind: str = ""
    """What was asked, where that is all that is clear."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the conversation was about."""

    anchor: Anchor
    kind: str


def asks_for_message(question: str) -> str:
    """The text whose origin a question may ask for; empty where it holds none."""
    found = tokens(question)
    quoted = [token.text for token in found if token.shape == "text" and len(token.text.split()) >= TEXT_WORDS_MIN]
    if quoted:
        return max(quoted, key=len)
    cue = next((each for each in spoken_of(found) if each.kind == "error_message" and each.weight >= 1.0), None)
    if cue is not None:
        # The words that ask for it are no part of it.
        return " ".join(token.text for index, token in enumerate(found) if index not in cue.used)
    return question if sum(token.shape != "path" for token in found) >= MESSAGE_WORDS_MIN else ""


def is_settled(question: str, routed: Routed) -> bool:
    """Whether no text that the program says could make a difference: a name is written as code, and nothing pasted."""
    if routed.decision not in ("answer", "two") or not routed.readings or _ERROR.search(question):
        return False
    said = tokens(question)
    if any(token.shape == "text" for token in said):
        return False
    cue = any(each.kind == "error_message" and each.weight >= 1.0 for each in spoken_of(said))
    names = {normal(part) for token in said if token.shape == "code" for part in token.parts}
    named = all(normal(each.anchor.symbol.rpartition(".")[2]) in names for each in routed.readings)
    return not cue and (named or not _unexplained(said, None)) and bool(_ASKS.match(question))


def route(
    question: str, code: Code, *, here: Anchor | None = None, before: Before | None = None, hits: Sequence[Hit] = ()
) -> Routed:
    """How a question may be understood. `here` is what "this" means; `hits` are literals for `asks_for_message`."""
    said = tokens(question)
    spoken = spoken_of(said)
    found = anchors.find(said, code, _used(spoken), here)
    best = found.candidates[0] if found.candidates else None
    named = frozenset(best.explains) if best is not None and best.worth >= anchors.RARE * 0.7 else frozenset()
    spoken = spoken_of(said, named)
    message = _message(question, said, spoken, found, hits)
    if message is not None:
        return message
    follows = before is not None and bool(_FOLLOWS.match(question))
    vague = bool(spoken) and (spoken[0].kind == UNCLEAR or (bool(named) and spoken[0].weight < CLEAR_MIN))
    if before is not None and follows and (not spoken or vague):
        spoken = [Spoken(before.kind, 1.0, frozenset())]
    usable = _usable(said, found, spoken)
    pointed = _pointed(said, usable, here, before, follows=follows)
    if pointed is not None:
        usable = [Candidate(pointed, anchors.CODE)]
    if not usable:
        return _nothing(said, found, spoken)
    if pointed is None and found.unknown and usable[0].worth < anchors.CODE:
        return _nothing(said, found, spoken)
    return _decided(usable, spoken, found)


def message_anchor(hit: Hit, facts: FileFacts | None) -> Anchor:
    """The function or class around a literal; its module where there is none."""
    name = enclosing(facts, hit.literal.start)
    symbol = next((each for each in (facts.symbols if facts else ()) if each.qualname == name), None)
    return Anchor(hit.literal.path, name, symbol.kind if symbol is not None else "module")


def fitted(kind: str, anchor: str) -> str:
    """The kind itself where it makes sense of such an anchor and has answers; else what stands for it; else empty."""
    for name in (kind, *INSTEAD.get(kind, ())):
        known = KINDS.get(name)
        if known is not None and known.answer is not None and anchor in known.anchors:
            return name
    return ""


def _used(spoken: Sequence[Spoken]) -> frozenset[int]:
    return spoken[0].used if spoken else frozenset()


def _message(
    question: str, said: Sequence[Token], spoken: Sequence[Spoken], found: Found, hits: Sequence[Hit]
) -> Routed | None:
    """The routing of a question that pastes a message; None where it does not."""
    quoted = any(token.shape == "text" and len(token.text.split()) >= TEXT_WORDS_MIN for token in said)
    cue = (
        quoted
        or bool(_ERROR.search(question))
        or any(each.kind == "error_message" and each.weight >= 1.0 for each in spoken[:2])
    )
    best = hits[0].score if hits else 0.0
    if not cue and not _unexplained(said, None) and (best < MESSAGE_EXACT_MIN or _ASKS.match(question)):
        return None
    alone = not found.candidates or found.candidates[0].worth < anchors.RARE * 0.7
    if best >= (MESSAGE_MIN if cue else MESSAGE_ALONE_MIN if alone else MESSAGE_NAMED_MIN):
        near = tuple(hit for hit in hits if hit.score >= best - 0.06)
        return Routed("answer", hits=near, kind="error_message")
    exact = bool(found.candidates) and found.candidates[0].worth >= anchors.JOINED
    if quoted and not exact and any(each.kind in ("error_message", "instances", "raises") for each in spoken[:2]):
        return Routed("notKnown", kind="error_message", unknown=(asks_for_message(question),))
    return None


def _usable(said: Sequence[Token], found: Found, spoken: Sequence[Spoken]) -> list[Candidate]:
    """The candidates that explain enough. A common word names something only where nothing else is left unexplained."""
    usable = []
    for each in found.candidates:
        strong = each.worth >= anchors.RARE * 0.7
        if each.worth < WORTH_MIN or (not strong and (_unexplained(said, each) or not spoken)):
            continue
        usable.append(each)
    return usable


def _unexplained(said: Sequence[Token], candidate: Candidate | None) -> list[str]:
    """Words that are no part of a question about code, and that a candidate does not explain."""
    explained = candidate.explains if candidate is not None else set()
    return [
        token.text
        for index, token in enumerate(said)
        if index not in explained
        and (token.shape != "word" or not (token.stem in vocabulary() or token.text.lower() in STOP))
        and not token.text.isdigit()
    ]


def _pointed(
    said: Sequence[Token], usable: Sequence[Candidate], here: Anchor | None, before: Before | None, *, follows: bool
) -> Anchor | None:
    """The anchor that a question points to without naming it."""
    if usable and usable[0].worth >= anchors.RARE * 0.7:
        return None
    words = {token.text.lower() for token in said if token.shape == "word"}
    if here is not None and (words & _HERE or before is None) and not follows:
        return here if words & (_HERE | _BEFORE) or not _unexplained(said, None) else None
    if before is not None and (follows or words & (_BEFORE | _HERE)):
        return before.anchor
    return here if here is not None and words & (_HERE | _BEFORE) else None


def _nothing(said: Sequence[Token], found: Found, spoken: Sequence[Spoken]) -> Routed:
    """Neither a name nor a place: ask back where something about code was asked, else say so."""
    kind = spoken[0].kind if spoken else ""
    if found.unknown:
        return Routed("notKnown", unknown=found.unknown, kind=kind)
    if found.crowded and spoken:
        return Routed("askBack", unknown=found.crowded, kind=kind)
    left = _unexplained(said, None)
    common = found.candidates[0] if found.candidates else None
    if spoken and (not left or (common is not None and not _unexplained(said, common))):
        return Routed("askBack", kind=kind)
    if common is not None and not _unexplained(said, common):
        return Routed("askBack", tuple(_reading(each, "") for each in found.candidates[:READINGS_MAX]), kind=kind)
    return Routed("notKnown", unknown=tuple(dict.fromkeys(left)), kind=kind)


def _decided(usable: Sequence[Candidate], spoken: Sequence[Spoken], found: Found) -> Routed:
    asked = [each for each in spoken if each.kind != UNCLEAR]
    wanted = [each.kind for each in asked if each.weight >= asked[0].weight - KIND_MARGIN][:2] if asked else []
    scored = [reading for each in usable for reading in _readings(each, wanted)]
    scored.sort(key=lambda reading: -reading.score)
    best = scored[0].score
    near = [reading for reading in scored if reading.score > best - MARGIN]
    anchors_near = list(dict.fromkeys(reading.anchor for reading in near))
    guessed = near[0].spelled and usable[0].quality < GUESS_MIN
    kind = wanted[0] if wanted else ""
    if len(anchors_near) == 1 and not guessed:
        own = _distinct([reading for reading in near if reading.anchor == anchors_near[0]])
        return Routed("answer", own[:2], kind=kind)
    if len(anchors_near) == 2 and not guessed:
        return Routed("two", _distinct([_first(near, anchor) for anchor in anchors_near]), kind=kind)
    choices = _distinct([_first(near, anchor) for anchor in anchors_near])[:READINGS_MAX]
    return Routed("askBack", choices, kind=kind, unknown=found.crowded)


def _readings(candidate: Candidate, wanted: Sequence[str]) -> list[Reading]:
    if not wanted:
        return [_reading(candidate, "")]
    found = []
    for rank, name in enumerate(wanted):
        kind = fitted(name, candidate.anchor.kind)
        gain = FIT_GAIN if kind == name else INSTEAD_GAIN if kind else 0.0
        found.append(replace(_reading(candidate, kind), score=candidate.worth + gain - 0.01 * rank))
    return found


def _reading(candidate: Candidate, kind: str) -> Reading:
    return Reading(candidate.anchor, kind, candidate.worth, candidate.spelled)


def _first(readings: Sequence[Reading], anchor: Anchor) -> Reading:
    return next(reading for reading in readings if reading.anchor == anchor)


def _distinct(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    found: dict[tuple[Anchor, str], Reading] = {}
    for reading in readings:
        found.setdefault((reading.anchor, reading.kind), reading)
    return tuple(found.values())
