"""Wording: in which language's words an answer speaks.

The only place in `questions` that asks for a language. A family asks for a word or a mark here and never tests which
language it is in; the words themselves lie in each language's folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from analyzers import languages
from analyzers.languages.wording import Wording as Words

__all__ = ["WORDS", "Words", "any_nothing", "language_of", "nothing_said", "words_for"]

WORDS: dict[str, Words] = {language.family: language.wording for language in languages.LANGUAGES}
"""Family of languages → its words."""


def language_of(path: str) -> str:
    """The family whose words speak of the file at `path`; the first one's where its ending is unknown."""
    language = languages.for_path(path) or languages.LANGUAGES[0]
    return language.family


def words_for(path: str) -> Words:
    """The words for the file at `path`."""
    return WORDS[language_of(path)]


def any_nothing(words: Words) -> str:
    """All values that stand for nothing, as code."""
    return " or ".join(f"`{each}`" for each in words.nothing or (words.none,))


def nothing_said(words: Words, texts: Iterable[str]) -> str:
    """Those of them that some clauses speak of, as code; a clause that names none speaks of what is left out."""
    found: set[str] = set()
    for text in texts:
        said = {each for each in words.nothing if re.search(rf"\b{each}\b", text)}
        found |= said or {words.none}
    return " or ".join(f"`{each}`" for each in words.nothing if each in found) or f"`{words.none}`"
