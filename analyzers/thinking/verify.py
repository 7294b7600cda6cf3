"""What survives of a draft: claims whose quote stands in the source, that say something, and that static facts allow.

Every claim that is dropped is counted under its reason. It must not trust anything that a model wrote: not the quote,
not the span, not a name in backquotes, and least of all a number.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from analyzers.questions.answer import Claim
from analyzers.records import RANK, Record
from analyzers.thinking.prompt import FAMILIES
from analyzers.thinking.quotes import QuoteIndex
from analyzers.thinking.reply import Draft, Drafted

CLAIM_CHARS_MAX = 280
CLAIM_WORDS_MIN = 4
SAME_WORDS_SHARE = 0.6
"""Claims that share this much of their words say the same."""
SAME_PLACE_WORDS_SHARE = 0.35
"""As above, for claims about the same lines."""
SATURATED_SHARE = 0.15
"""A draft that adds less than this share of what is already there has told nothing new."""

_LINK = re.compile(r"https?:|www\.|\]\(|<[a-z/!]|javascript:|file:", re.I)
_INSTRUCTION = re.compile(
    r"\b(ignore|disregard|forget)\b.{0,40}\b(instruction|above|previous|prompt|rule)"
    r"|\b(system prompt|as an ai|you (must|should|are)|please|paste|curl|wget|sudo|rm -rf|pip install|npm install)\b"
    r"|\b(run|execute|type|open|visit|download|send)\s+(the following|this|`)",
    re.I,
)
_LINE_NUMBER = re.compile(
    r"\s*[(\[]?\b(?:at |on |in |see )?(?:lines?|L)\s*#?\d+(?:\s*(?:-|–|to|and)\s*\d+)?[)\]]?", re.I
)
_CODE = re.compile(r"`([^`]*)`")
_WORD = re.compile(r"[A-Za-z_]\w*")
_STOP = frozenset(
    _WORD.findall(
        "a an and are as at be by for from if in into is it its of on or so that the then this to when which with"
    )
)
_ALWAYS_KNOWN = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"self", "cls", "__init__", "__main__"}

_NO_NONE = re.compile(
    r"\b(never|cannot|can't|does not|doesn't|will not|won't) (ever )?(return|be|yield|give)s? `?None\b", re.I
)
_IS_NONE = re.compile(r"\b(may|might|can|could|sometimes|always)? ?(returns?|be|yields?) `?None\b", re.I)
_ALWAYS_NONE = re.compile(r"\balways (returns?|is|yields?) `?None\b", re.I)
_NO_RAISE = re.compile(
    r"\b(never|cannot|can't|does not|doesn't|will not|won't) (ever )?(raise|throw)s?\b(?P<what>[^.;,]*)", re.I
)
_NO_CALLER = re.compile(
    r"\b(is never called|has no callers?|nobody calls|nothing calls|is not called|is unused|is dead code)\b", re.I
)
_NO_TEST = re.compile(
    r"\b(no tests? (reach|cover|exercise|call)|is not (tested|covered)|is untested|has no tests?)\b", re.I
)
_NO_RECURSION = re.compile(r"\b(is not recursive|never calls itself|does not call itself|is non-recursive)\b", re.I)


class Thought(msgspec.Struct, frozen=True, gc=False):
    """A claim that survived, the family that it belongs to, and in how many drafts it came up."""

    about: str
    claim: Claim
    votes: int = 1


class Verified(msgspec.Struct, frozen=True):
    """What survives of one draft, in its order, and how many claims were dropped for each reason."""

    thoughts: tuple[Thought, ...]
    dropped: dict[str, int]


def verify(draft: Draft, quotes: QuoteIndex, record: Record | None) -> Verified:
    """Checks each claim of a draft against the spans that the model was shown and the anchor's record."""
    kept: list[Thought] = []
    dropped: Counter[str] = Counter({"unreadable": draft.unreadable} if draft.unreadable else {})
    for drafted in draft.claims:
        result = _checked(drafted, quotes, record)
        if isinstance(result, str):
            dropped[result] += 1
        elif any(_same(result, other) for other in kept):
            dropped["said twice"] += 1
        else:
            kept.append(result)
    return Verified(tuple(kept), dict(dropped))


def merge(drafts: Sequence[Sequence[Thought]]) -> tuple[Thought, ...]:
    """One list of all drafts: what more drafts say comes first and is likelier, else the order of the drafts."""
    merged: list[Thought] = []
    for thoughts in drafts:
        for thought in thoughts:
            index = next((at for at, other in enumerate(merged) if _same(thought, other)), None)
            if index is None:
                merged.append(thought)
            else:
                merged[index] = _joined(merged[index], thought)
    return tuple(sorted(merged, key=lambda thought: -thought.votes))


def saturated(before: Sequence[Thought], draft: Sequence[Thought]) -> bool:
    """Whether a new draft adds almost nothing to what earlier ones gave. Pure: the caller stops drafting on it."""
    new = sum(not any(_same(thought, other) for other in before) for thought in draft)
    return bool(before) and new < max(1.0, SATURATED_SHARE * len(before))


def contradicts(text: str, record: Record) -> bool:
    """Whether a sentence about the anchor denies what analysis is certain of."""

    def says(pattern: re.Pattern[str]) -> re.Match[str] | None:
        """A match whose subject is the anchor: no other code is named before it."""
        found = pattern.search(text)
        about_anchor = found and all(_names_anchor(code, record) for code in _CODE.findall(text[: found.start()]))
        return found if about_anchor else None

    if says(_NO_NONE):
        return any(way.confidence == "certain" for way in record.none_ways)
    if says(_ALWAYS_NONE):
        return record.returns_none in ("never", "sometimes")
    if says(_IS_NONE):
        return record.returns_none == "never"
    no_raise = says(_NO_RAISE)
    if no_raise:
        return _denies_raise(no_raise.group("what"), record)
    if says(_NO_CALLER):
        return any(edge.confidence == "certain" for edge in record.callers)
    if says(_NO_TEST):
        return any(test.confidence == "certain" for test in record.tests)
    return bool(says(_NO_RECURSION) and record.cycle)


def _checked(drafted: Drafted, quotes: QuoteIndex, record: Record | None) -> Thought | str:
    """The thought, or the reason why it is none."""
    text = _cleaned(drafted.text)
    if not drafted.quote:
        return "no quote"
    if len(text.split()) < CLAIM_WORDS_MIN or len(text) > CLAIM_CHARS_MAX or text.count("`") % 2:
        return "not a sentence"
    if _LINK.search(text) or any(not character.isprintable() for character in text):
        return "link or markup"
    if _INSTRUCTION.search(text):
        return "instruction"
    if re.search(r"\blines?\s+#?\d", text, re.I):
        return "line number"
    place = quotes.find(drafted.quote, drafted.span)
    if place is None:
        return "quote not found"
    if not all(_known_code(code, quotes) for code in _CODE.findall(text)):
        return "unknown name"
    if record is not None and contradicts(text, record):
        return "contradicts analysis"
    about = drafted.about.strip().lower()
    # One draft is one opinion. Only agreement between drafts makes it likely; nothing makes it certain.
    claim = Claim(text, "possible", (place,), "model")
    return Thought(about if about in FAMILIES else "intent", claim)


def _cleaned(text: str) -> str:
    """One line, without list markers and without the line numbers that models like to add in brackets."""
    text = " ".join(text.split()).lstrip("-*•# ").replace("**", "")
    return _LINE_NUMBER.sub("", text) if re.search(r"[(\[][^)\]]*\bl(ines?)?\s*#?\d", text, re.I) else text


def _known_code(code: str, quotes: QuoteIndex) -> bool:
    """Whether each name in a piece of code occurs in what the model was shown; literals are free."""
    code = code.strip()
    if not code or quotes.names(code):
        return True
    without_strings = re.sub(r"\"[^\"]*\"|'[^']*'", "", code)
    return all(name in _ALWAYS_KNOWN or quotes.names(name) for name in _WORD.findall(without_strings))


def _same(one: Thought, other: Thought) -> bool:
    first, second = _words(one.claim.text), _words(other.claim.text)
    share = len(first & second) / max(1, len(first | second))
    return share >= (SAME_PLACE_WORDS_SHARE if _same_place(one, other) else SAME_WORDS_SHARE)


def _same_place(one: Thought, other: Thought) -> bool:
    first, second = one.claim.places[0], other.claim.places[0]
    return first.path == second.path and first.start < second.end and second.start < first.end


def _joined(old: Thought, new: Thought) -> Thought:
    """The older wording with the places of both, likelier by one vote."""
    places = old.claim.places if _same_place(old, new) else (*old.claim.places, new.claim.places[0])[:3]
    claim = msgspec.structs.replace(old.claim, places=places, confidence="likely")
    return Thought(old.about, claim, old.votes + 1)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower().rstrip("s") for word in _WORD.findall(text)) - _STOP


def _names_anchor(code: str, record: Record) -> bool:
    name = code.partition("(")[0].strip().rpartition(".")[2]
    return name in (record.name.rpartition(".")[2], "self", "return", "")


def _denies_raise(what: str, record: Record) -> bool:
    """`never raises` denies every certain exception; `never raises X` denies that one."""
    certain = {raised.type.rpartition(".")[2] for raised in record.raises if RANK[raised.confidence] == 0}
    named = set(_WORD.findall(what)) & {name for name in _WORD.findall(what) if name[:1].isupper()}
    return (
        bool(certain & named)
        if named
        else bool(certain) and what.strip(" `") in ("", "anything", "an exception", "exceptions")
    )
