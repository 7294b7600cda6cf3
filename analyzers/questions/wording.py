"""Wording: in which language's words an answer speaks.

The only place in `questions` that asks for a language. A family asks for a word or a mark here and never tests which
language it is in; the words themselves lie in each language's folder.
"""

from __future__ import annotations

from analyzers import languages
from analyzers.languages.wording import Wording as Words

__all__ = ["WORDS", "Words", "language_of", "words_for"]

WORDS: dict[str, Words] = {language.family: language.wording for language in languages.LANGUAGES}
"""Family of languages → its words."""


def language_of(path: str) -> str:
    """The family whose words speak of the file at `path`; the first one's where its ending is unknown."""
    language = languages.for_path(path) or languages.LANGUAGES[0]
    return language.family


def words_for(path: str) -> Words:
    """The words for the file at `path`."""
    return WORDS[language_of(path)]
