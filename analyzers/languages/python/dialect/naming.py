"""Names: how Python's call graphs call what has no name or lies outside, and what generic types of stubs hold."""

from __future__ import annotations

import re

from analyzers import ir

BUILTINS = "builtins."

_TYPES = {
    "str": "Str", "bytes": "Bytes", "int": "Num", "float": "Num", "complex": "Num", "bool": "Num", "list": "List",
    "tuple": "Tuple", "set": "Set", "frozenset": "Set", "dict": "Dict",
}  # fmt: skip

_NAMED_FOR_ITS_BOUND = re.compile(r"[a-z]T(_co|_contra)?$")
"""`SupportsRichComparisonT`, what `max` gives back."""


def last_name(node: ir.Expr) -> str:
    """The last part of a dotted name as written; empty for anything else."""
    return node.name if isinstance(node, ir.Attr) else node.id if isinstance(node, ir.Name) else ""


def called_name(node: ir.Expr) -> str:
    """The same of a decorator or a call: whether it is called with arguments makes no difference."""
    return last_name(node.func if isinstance(node, ir.Call) else node)


def external_name(name: str) -> str:
    """How something outside the repository is called in a graph."""
    if not name.startswith(BUILTINS):
        return name
    inner = name.removeprefix(BUILTINS)
    owner, _, method = inner.partition(".")
    return f"<**Py{_TYPES[owner]}**>.{method}" if method and owner in _TYPES else f"<builtin>.{inner}"


def local_name(function: ir.Function) -> str:
    """What a function without a name is called before its number."""
    return "lambda" if function.name == "<lambda>" else ""


def is_variable(name: str) -> bool:
    """Whether a name in a stub is a type variable, by the habit of stubs."""
    return name.startswith("_") or name.isupper() or len(name) <= 2 or _NAMED_FOR_ITS_BOUND.search(name) is not None


_ELEMENTS = (
    "Iter", "Seq", "Coll", "list", "List", "set", "Set", "Supports", "Abstract", "Async", "tuple", "frozenset", "deque",
    "Container", "Reversible",
)  # fmt: skip


def generic(name: str) -> str:
    """What the arguments of a generic type are."""
    if name in {"type", "Type"}:
        return "class"
    if name in {"Mapping", "dict", "MutableMapping", "SupportsKeysAndGetItem"}:
        return "pairs"
    if name in {"Awaitable", "Coroutine", "Future", "Task"}:
        return "awaited"
    return "elements" if name.startswith(_ELEMENTS) else ""
