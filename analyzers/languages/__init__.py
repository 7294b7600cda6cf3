"""The languages that Forethought reads. Adding one is a folder here and a line in `FOLDERS`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from analyzers.languages.language import Language

__all__ = ["FOLDERS", "LANGUAGES", "Language", "for_name", "for_path", "is_of"]

FOLDERS = (
    "python",
    "typescript",
)
"""One for each family of languages; its `LANGUAGES` says what it brings."""

LANGUAGES: tuple[Language, ...] = tuple(
    language for folder in FOLDERS for language in import_module(f"{__name__}.{folder}").LANGUAGES
)

PATHS_KEPT_MAX = 4_096
"""Paths whose language is remembered: linking asks about the same files over and over."""

_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_BY_NAME = {language.name: language for language in LANGUAGES}


@lru_cache(PATHS_KEPT_MAX)
def for_path(path: str) -> Language | None:
    """The language of a file, by how its name ends; None where nothing is known about such files."""
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return _BY_SUFFIX.get(f"{dot}{suffix.lower()}") if dot else None


def for_name(name: str) -> Language | None:
    """The language called `name`, as in `FileFacts.language`."""
    return _BY_NAME.get(name)


def is_test_path(path: str) -> bool:
    """Whether a file is test code, in a language that is known."""
    language = for_path(path)
    return language is not None and language.is_test_path(path)


def is_source_path(path: str) -> bool:
    """Whether a file is code outside tests, in a language that is known."""
    language = for_path(path)
    return language is not None and not language.is_test_path(path)


def is_of(path: str, family: str) -> bool:
    """Whether a file is written in a language of this family."""
    language = for_path(path)
    return language is not None and language.family == family
