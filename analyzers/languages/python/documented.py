"""Which exceptions a docstring says that its function raises, in the four ways in which people write that.

It reads text alone: whether a name is an exception's is not its business.
"""

from __future__ import annotations

import re

_FIELD = re.compile(r"^\s*[:@](?:raises?|exceptions?|except)\s+([^:\n]+):", re.MULTILINE)
"""Sphinx's `:raises KeyError:` and Epydoc's `@raise KeyError:`."""

_SECTION = re.compile(r"^([ \t]*)(?:Raises|Exceptions)[ \t]*(:?)[ \t]*\n(?:[ \t]*-{3,}[ \t]*\n)?", re.MULTILINE)
"""Google's and NumPy's sections, in which each entry begins with a name."""

_ENTRY = re.compile(r"[*-]?\s*(?::\w+:)?`*~?\[?([A-Za-z_][\w.]*)")

DOCUMENTED_MAX = 12
"""Exceptions that are read from one docstring."""


def raised(text: str) -> tuple[str, ...]:
    """Last names of the exceptions that a docstring lists."""
    if "aise" not in text and "xcept" not in text:
        return ()
    found: dict[str, None] = {}
    for match in _FIELD.finditer(text):
        for part in re.split(r"[,|]|\bor\b", match[1]):
            _add(found, part)
    for match in _SECTION.finditer(text):
        indent = len(match[1])
        first = -1
        for line in text[match.end() :].split("\n"):
            if not line.strip():
                continue
            depth = len(line) - len(line.lstrip())
            first = depth if first < 0 else first
            if depth < first or depth < indent:
                break
            if depth > first:
                continue
            if first == indent and not re.match(r"\s*[\w.`~:]+\s*(?::.*)?$", line):
                break  # Text that follows a section without an indent of its own.
            _add(found, line.strip())
    return tuple(found)[:DOCUMENTED_MAX]


def _add(found: dict[str, None], text: str) -> None:
    match = _ENTRY.match(text.strip())
    if match is not None:
        found.setdefault(match[1].rpartition(".")[2])
