"""Wording: what a language calls the things that answers speak of, for its folder to fill in. It knows no language."""

from __future__ import annotations

import msgspec


class Wording(msgspec.Struct, frozen=True):
    """A language's own words, and the marks by which its source text is recognised."""

    language: str
    none: str
    """The value that stands for nothing."""
    own: tuple[str, ...]
    """What code calls the object whose method is running."""
    mistakes: frozenset[str]
    """Errors that almost any operation gives on a value of a wrong kind."""
    abstract: frozenset[str]
    """Errors by which a method says that only its overrides may be called."""
    raises: str
    """What a statement does with an exception, third person."""
    raise_: str
    raised: str
    exception: str
    construct: str
    """What makes an instance, as a noun phrase."""
    comment_marks: tuple[str, ...]
    doc_marks: tuple[str, ...]
    """What opens the text that documents a definition, inside it or above it."""
    decorator_mark: str
    constructors: tuple[str, ...]
    """Names of the methods that run when an instance is made."""
    implicit: tuple[tuple[str, str], ...]
    """Prefix and suffix of names that the language itself calls."""
    private: tuple[str, ...]
    """Prefixes of names that are not meant to be used from outside."""
    entries: tuple[str, ...]
    """Names of functions at which a program starts by convention."""
    test_names: tuple[str, ...]
    """How the names of test functions begin."""
    plain_decorators: tuple[str, ...]
    """Decorators that hand a function to nobody: they only say how it is called."""
    background: tuple[tuple[str, str], ...]
    """A name that is called to run something at the same time as the rest, and what runs it."""
    asynchronous: tuple[str, str]
    """The word in a header that makes a function run apart from its caller, and what such a function is called."""
    import_time: str
    """When code outside every function runs."""
    nothing: tuple[str, ...] = ()
    """All values that stand for nothing, `none` first; empty where that is the only one."""
    nothing_calls: frozenset[str] = frozenset()
    """Names of library functions that give the second of those."""
    kinds: dict[str, str] = {}
    """How people call the kinds of values that the analysis tells apart, where that is not their own name."""
    rejects: str = ""
    """What the promise that a call gives does with an exception; empty where calls give none that run by themselves."""
