"""Annotations: which classes a declared type names, as far as its text says. It must not know what the names mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.languages.language import OWN_CLASS

PARTS_MAX = 8
"""Types of one union that are looked at."""

_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\.[\w$]+)*$")
_GENERIC = re.compile(r"([A-Za-z_$][\w$.]*)\s*<(.*)>$", re.DOTALL)
_SEEN_THROUGH = frozenset(
    {
        "Promise",
        "PromiseLike",
        "Awaited",
        "Readonly",
        "Partial",
        "Required",
        "NonNullable",
        "Pick",
        "Omit",
        "DeepPartial",
        "Ref",
        "ComputedRef",
    }
)
"""Types that have the members of what they wrap, or give it when they are awaited."""
_PLAIN = frozenset(
    {
        "any",
        "unknown",
        "never",
        "void",
        "undefined",
        "null",
        "string",
        "number",
        "boolean",
        "object",
        "symbol",
        "bigint",
        "true",
        "false",
        "asserts",
    }
)


def annotated(annotation: str) -> tuple[str, ...]:
    """The names of the classes whose instances an annotation allows."""
    return tuple(dict.fromkeys(_names(annotation, 0)))


def _names(text: str, depth: int) -> Iterator[str]:
    if depth > 4 or "=>" in text:
        return
    for part in list(_split(text, "|&"))[:PARTS_MAX]:
        part = part.strip().removeprefix("readonly ").strip()
        if part.startswith("(") and part.endswith(")"):
            yield from _names(part[1:-1], depth + 1)
        elif part.endswith("]") and not part.startswith("["):
            yield "Array"
        elif part == "this":
            yield OWN_CLASS
        elif (generic := _GENERIC.match(part)) is not None:
            if generic[1] in _SEEN_THROUGH:
                yield from _names(next(_split(generic[2], ","), ""), depth + 1)
            else:
                yield generic[1]
        elif part not in _PLAIN and _NAME.match(part):
            yield part


def _split(text: str, separators: str) -> Iterator[str]:
    """The parts of a type between separators that stand outside all brackets."""
    depth = start = 0
    for at, char in enumerate(text):
        if char in "<([{":
            depth += 1
        elif char in ">)]}":
            depth -= 1
        elif depth == 0 and char in separators:
            yield text[start:at]
            start = at + 1
    yield text[start:]
