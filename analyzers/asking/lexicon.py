"""The lexicon: which words speak of which kind of question. The words are data beside the kinds, `lexicon.json`.

A phrase is said where its words come in order, with room for a name between them. A kind's own wording, in every
language that has one, is a phrase too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from analyzers.asking.words import Token, plain_words, stem_of
from analyzers.questions.catalogue import CATALOGUE
from analyzers.questions.wording import WORDS

GAP_MAX = 3
"""Words that may come between two words of a phrase."""
GAP_COST = 0.06
WORD_GAIN = 0.35
"""What each further word of a phrase adds to how much it says."""
WEAK = 0.45
"""What a word says that also occurs in other questions."""
TYPO_CHARS_MIN = 5
TYPO_LIKENESS_MIN = 0.8
QUESTIONS_KEPT_MAX = 32
"""One question is looked at several times on its way, and a follow-up soon."""
UNCLEAR = ""
"""The kind of a question that says that something is wrong, and not what."""

STOP: frozenset[str] = frozenset(
    msgspec.json.decode(files("analyzers.asking").joinpath("stop_words.json").read_bytes(), type=list[str])
)
"""Words that name nothing by themselves."""


class _Entry(msgspec.Struct, frozen=True):
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in order, by their stems, and how much they say."""

    kind: str
    stems: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """A kind that a question speaks of: how clearly, and by which of its words."""

    kind: str
    weight: float
    used: frozenset[int]
    """Indexes of the tokens that the best phrase took."""


def spoken_of(found: Sequence[Token], named: frozenset[int] = frozenset()) -> list[Spoken]:
    """The kinds that a question's words speak of, the clearest first. Tokens in `named` are names and say nothing."""
    return list(_spoken(tuple(found), named))


@lru_cache(maxsize=QUESTIONS_KEPT_MAX)
def _spoken(found: tuple[Token, ...], named: frozenset[int]) -> tuple[Spoken, ...]:
    said = [
        _corrected(token) if token.shape == "word" and index not in named else "*" for index, token in enumerate(found)
    ]
    at: dict[str, list[int]] = {}
    for index, stem in enumerate(said):
        at.setdefault(stem, []).append(index)
    best: dict[str, Spoken] = {}
    more: dict[str, float] = {}
    for phrase in _phrases():
        if any(stem not in at for stem in phrase.stems):
            continue
        match = _matched(phrase.stems, at)
        if match is None:
            continue
        used, gaps = match
        weight = phrase.weight - GAP_COST * gaps
        more[phrase.kind] = more.get(phrase.kind, 0.0) + 0.08 * weight
        if phrase.kind not in best or weight > best[phrase.kind].weight:
            best[phrase.kind] = Spoken(phrase.kind, weight, used)
    whole = [
        Spoken(each.kind, each.weight + min(0.3, more[each.kind] - 0.08 * each.weight), each.used)
        for each in best.values()
    ]
    return tuple(sorted(whole, key=lambda each: (-each.weight, each.kind)))


@cache
def vocabulary() -> frozenset[str]:
    """The stems of all words that speak of kinds, and of those that name nothing."""
    return frozenset(stem for phrase in _phrases() for stem in phrase.stems) | frozenset(map(stem_of, STOP)) | STOP


def spoken_kinds() -> frozenset[str]:
    """The kinds that the lexicon has words for."""
    return frozenset(_entries())


@cache
def _correctable() -> tuple[str, ...]:
    return tuple(sorted(stem for stem in vocabulary() if len(stem) >= TYPO_CHARS_MIN))


@cache
def _typo(stem: str) -> str:
    found = process.extractOne(
        stem, _correctable(), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=TYPO_LIKENESS_MIN
    )
    return found[0] if found is not None else stem


def _corrected(token: Token) -> str:
    """The word's stem; of a word that no phrase has, that of the one it is misspelt from."""
    stem = token.stem
    return stem if len(stem) < TYPO_CHARS_MIN or stem in vocabulary() else _typo(stem)


@cache
def _entries() -> dict[str, _Entry]:
    data = files("analyzers.questions").joinpath("lexicon.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, _Entry])


@cache
def _phrases() -> tuple[Phrase, ...]:
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    for kind, entry in _entries().items():
        for text in entry.strong:
            _add(found, kind, text, 1.0)
        for text in entry.weak:
            _add(found, kind, text, WEAK)
    for each in CATALOGUE:
        for words in WORDS.values():
            for anchor in ("function", "class", "field"):
                _add(found, each.name, each.wording(words, anchor), 1.1)
    return tuple(Phrase(kind, stems, weight) for (kind, stems), weight in found.items())


def _add(found: dict[tuple[str, tuple[str, ...]], float], kind: str, text: str, base: float) -> None:
    stems = tuple(stem_of(word) for word in plain_words(text) if word not in ("it", "its", "a", "the"))
    if stems:
        weight = base * (1 + WORD_GAIN * (len(stems) - 1))
        found[(kind, stems)] = max(weight, found.get((kind, stems), 0.0))


def _matched(stems: Sequence[str], at: dict[str, list[int]]) -> tuple[frozenset[int], int] | None:
    """The tokens that a phrase takes, as near to each other as they come, and how many words lie between them."""
    best: tuple[frozenset[int], int] | None = None
    for first in at[stems[0]]:
        used, gaps, last = [first], 0, first
        for stem in stems[1:]:
            following = next((index for index in at[stem] if index > last), None)
            if following is None or following - last - 1 > GAP_MAX:
                break
            gaps += following - last - 1
            used.append(following)
            last = following
        else:
            if best is None or gaps < best[1]:
                best = (frozenset(used), gaps)
    return best
