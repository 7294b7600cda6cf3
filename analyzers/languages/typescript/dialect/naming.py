"""Names: how JavaScript's call graphs call what has no name or lies outside the repository."""

from __future__ import annotations

from analyzers import ir

LIBRARY = "lib"
"""The library module that declares what is there without being imported."""

_STATIC = frozenset({"lib.Array.from", "lib.Array.of", "lib.Array.isArray", "lib.Promise.all", "lib.Promise.resolve"})
"""Functions of a class itself."""

_OWN = frozenset({"Array", "String", "Number", "Boolean", "Object", "Map", "Set", "Promise", "RegExp", "Function"})


def external_name(name: str) -> str:
    """How something outside the repository is called in a graph: `<builtin>.parseInt`, `<**JSArray**>.map`."""
    owner, dot, member = name.partition(".")
    if owner in {"Function", "Promise"}:
        return ""  # `f.call(x)` calls `f`
    if not dot or owner != LIBRARY:
        return name.replace("/", ".")
    cls, dot, method = member.partition(".")
    return f"<**JS{cls}**>.{method}" if dot and cls in _OWN and name not in _STATIC else f"<builtin>.{member}"


def local_name(function: ir.Function) -> str:
    """What a function without a name is called before its number: arrows that are values, and anonymous functions."""
    if function.arrow and (function.variable or function.name == "<arrow>"):
        return "arrow"
    return "function" if function.name == "<function>" else ""
