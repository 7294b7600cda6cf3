"""Names: all that a repository defines, to be found again though typed wrongly or half remembered.

The spelling is compared by rapidfuzz; this module owns what counts as the same and what as similar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from analyzers.asking.words import normal, stem_of, words_of_name

SIMILAR_MIN = 0.78
"""Below this share of common spelling, two names are two names."""
SHORT_CHARS = 4
"""Shorter names are never taken for misspelt ones: one letter makes another word."""
LOOKED_AT_MAX = 40
HALF_REMEMBERED_MAX = 12


class NameTable:
    """The distinct names of one state of a repository. Immutable; what it works out is kept."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _by_normal(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._names:
            found[normal(name)].append(name)
        return {key: tuple(sorted(same)) for key, same in found.items() if key}

    @cached_property
    def _normals(self) -> tuple[str, ...]:
        return tuple(self._by_normal)

    @cached_property
    def _by_word(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name in self._names:
            for word in words_of_name(name):
                found[stem_of(word)].add(name)
        return {word: tuple(sorted(same)) for word, same in found.items()}

    def same(self, text: str) -> tuple[str, ...]:
        """Names that are spelled so, case and underscores aside; the exact one first."""
        found = self._by_normal.get(normal(text), ())
        return (text, *(name for name in found if name != text)) if text in found else found

    def similar(self, text: str) -> list[tuple[str, float]]:
        """Names that may have been meant, each with how similar it is between 0 and 1, the likeliest first."""
        wanted = normal(text)
        if len(wanted) <= SHORT_CHARS:
            return []
        close = process.extract(
            wanted, self._normals, scorer=fuzz.ratio, score_cutoff=100 * SIMILAR_MIN, limit=LOOKED_AT_MAX
        )
        found: dict[str, float] = {}
        for key, ratio, _ in close:
            likeness = max(ratio / 100, DamerauLevenshtein.normalized_similarity(wanted, key))
            for name in self._by_normal[key]:
                found[name] = likeness
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

    def described(self, said: Iterable[str]) -> list[tuple[str, float]]:
        """Names all of whose words are among the stems said, or begin one of them; with the number of those words."""
        stems = [stem for stem in said if len(stem) > 1]
        hits: defaultdict[str, int] = defaultdict(int)
        for stem in dict.fromkeys(stems):
            for name in self._by_word.get(stem, ()):
                hits[name] += 1
        found = []
        for name, count in hits.items():
            words = dict.fromkeys(words_of_name(name))
            covered = sum(any(means(stem, word) for stem in stems) for word in words)
            if covered >= 2 and covered == len(words):
                found.append((name, float(covered)))
            elif covered >= 3 and covered == len(words) - 1 and count >= 2:
                found.append((name, covered - 0.75))
        return sorted(found, key=lambda item: (-item[1], item[0]))[:HALF_REMEMBERED_MAX]


def means(stem: str, word: str) -> bool:
    """Whether a word of a name stands for a word that was said: the same, or its beginning (`opt` for option)."""
    own = stem_of(word)
    return own == stem or (len(word) >= 3 and stem.startswith(word)) or (len(stem) >= 4 and word.startswith(stem))
