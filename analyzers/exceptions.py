"""Exceptions by name: which of them a handler stops, by the repository's classes and the language's own.

It must not know where exceptions come from.
"""

from __future__ import annotations

from analyzers.facts import Raise
from analyzers.records import Confidence
from analyzers.resolve import Definition, Resolver
from analyzers.tables import File


def escapes(resolver: Resolver, file: File, raised: Raise) -> Confidence | None:
    """How surely what a `raise` statement raises leaves its function.

    None where a handler around it stops it, or where what it raises is a variable whose type nobody knows.
    """
    own = ancestry(resolver, file, raised.scope, raised.type)
    if own is None:
        return None
    surely: Confidence = "certain"
    for handler in raised.caught:
        name = handler.rpartition(".")[2]
        if handler in file.language.words.catch_all or name in own:
            return None
        if file.language.words.ancestors(name) is None and not resolver.named(file, raised.scope, handler):
            surely = "likely"  # A library's class may be another name for one that is raised here.
    return surely


def ancestry(resolver: Resolver, file: File, scope: int, name: str) -> frozenset[str] | None:
    """The last names of an exception's class and all classes above it that are known; None where it is no class."""
    values = resolver.named(file, scope, name)
    found: set[str] = set()
    for value in values or ():
        symbol = resolver.symbol(value.of)
        if value.kind == "instance" or (symbol is not None and symbol.kind == "class"):
            for each in resolver.bases(value.of):
                found |= _names(resolver, file, each)
    if found:
        return frozenset(found)
    if values:
        return None  # A function or a variable: what it gives is not known here.
    last = name.rpartition(".")[2]
    if builtin := file.language.words.ancestors(last):
        return builtin
    # Not of the repository and not built in: a library's class, where it is written like one.
    return frozenset({last}) if values is not None or last[:1].isupper() else None


def _names(resolver: Resolver, file: File, each: Definition) -> set[str]:
    symbol = resolver.symbol(each)
    if symbol is None:
        return set()
    found = {symbol.name}
    for base in symbol.bases:
        found.add(base.rpartition(".")[2])
        found |= file.language.words.ancestors(base) or frozenset()
    return found
