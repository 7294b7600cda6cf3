"""Import and export statements, read from their text: every form of ES modules, and TypeScript's own.

Statements are short and regular, so they are read with patterns, which costs a tenth of walking their nodes. Offsets
are those of the text that is passed in. It must not know the tree or what a module is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from analyzers.facts import DEFAULT_EXPORT

DEFAULT = DEFAULT_EXPORT
"""The name of a module's default export, and of what CommonJS assigns to `module.exports`."""
NAMES_MAX = 2_000
"""Names in one statement."""
IMPORTS_KEPT_MAX = 4_096
"""Statements that are remembered with what they bring: files of one repository import the same things."""

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SOURCE = re.compile(r"""(?:\bfrom|\bimport|\brequire\s*\()\s*(?:'([^'\n]*)'|"([^"\n]*)")""")
_SPECIFIER = re.compile(
    r"""(?:\btype\s+(?!as\b|,|\}))?(?P<name>[\w$]+|'[^']*'|"[^"]*")(?:\s+as\s+(?P<alias>[\w$]+|'[^']*'|"[^"]*"))?"""
)
_CLAUSE = re.compile(r"\{([^{}]*)\}")
_IMPORT_DEFAULT = re.compile(r"import\s+(?:type\s+(?!from\b|,|=))?(?P<name>[\w$]+)\s*(?=,|\bfrom\b|=)")
_NAMESPACE = re.compile(r"\*\s*(?:as\s+(?P<alias>[\w$]+|'[^']*'|\"[^\"]*\"))?")
_DECLARED = re.compile(
    r"export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?"
    r"(?P<kind>function\b\s*\*?|class\b|const\s+enum\b|const\b|let\b|var\b|interface\b|type\b|enum\b|namespace\b|module\b)"
    r"\s*(?P<name>[\w$]+)?"
)
_PATTERN_NAME = re.compile(r"(?:[\w$]+\s*:\s*)?(?P<name>[\w$]+)\s*(?:=[^,{}]*)?(?=,|$)")
_DEFAULT_NAME = re.compile(r"export\s+default\s+(?P<name>[\w$.]+)\s*;?\s*$|export\s*=\s*(?P<assigned>[\w$.]+)\s*;?\s*$")
_EXPORT = re.compile(r"\bexport\b")
_DEFAULT = re.compile(r"export\s+default\b|export\s*=")


class Imported(NamedTuple):
    """One name that a statement brings into its module or passes on, as `facts.Import` has it."""

    module: str
    name: str
    alias: str
    start: int
    end: int


@lru_cache(IMPORTS_KEPT_MAX)
def imported(text: str) -> tuple[Imported, ...]:
    """What an `import` statement brings. `import "m"` brings nothing, but names a module."""
    return tuple(_imported(text))


def _imported(text: str) -> Iterator[Imported]:
    text = _blank_comments(text)
    source = _SOURCE.search(text)
    if source is None:
        return
    module = source[1] or source[2] or ""
    head = text[: source.start()]
    found = False
    if match := _IMPORT_DEFAULT.match(text):
        # `import x = require("m")` brings the module itself.
        whole = "=" in text[match.end() : match.end() + 2]
        yield Imported(module, "" if whole else DEFAULT, match["name"], match.start("name"), match.end("name"))
        found = True
    if (match := _NAMESPACE.search(head)) and match["alias"]:
        yield Imported(module, "", match["alias"], match.start("alias"), match.end("alias"))
        found = True
    if clause := _CLAUSE.search(head):
        found = True
        yield from _specifiers(clause, module)
    if not found:
        yield Imported(module, "", "", source.start(1 if source[1] else 2), source.end(1 if source[1] else 2))


def exported(text: str) -> tuple[list[Imported], list[str]]:
    """(names that an `export` statement passes on, under the name by which others import them; names it exports).

    The module of a name of this file is empty. A statement with a declaration passes nothing on.
    """
    skipped = match.start() if (match := _EXPORT.search(text)) else 0  # Decorators may stand before it.
    if skipped:
        passed, names = exported(text[skipped:])
        return [each._replace(start=each.start + skipped, end=each.end + skipped) for each in passed], names
    head = text[:400]
    if _DEFAULT.match(head):
        if match := _DEFAULT_NAME.match(head):
            part = "name" if match["name"] else "assigned"
            name = match[part]
            if name not in ("function", "class", "async", "null", "undefined", "true", "false"):
                return [Imported("", name, DEFAULT, match.start(part), match.end(part))], [DEFAULT]
        declared = _DECLARED.match(head)
        if declared and declared["name"] and declared["name"] not in ("extends", "implements"):
            span = declared.span("name")
            return [Imported("", declared["name"], DEFAULT, *span)], [DEFAULT]
        return [], [DEFAULT]
    if declared := _DECLARED.match(head):
        if declared["name"]:
            return [], [declared["name"]]
        clause = _CLAUSE.match(text, declared.end())
        if clause is not None:
            return [], [match["name"] for match in _PATTERN_NAME.finditer(clause[1].strip())]
        return [], []
    text = _blank_comments(text)
    source = _SOURCE.search(text)
    module = (source[1] or source[2] or "") if source else ""
    if clause := _CLAUSE.search(text):
        passed = [each for each in _specifiers(clause, module) if module or each.name != each.alias]
        return passed, [_unquoted(match["alias"] or match["name"]) for match in _SPECIFIER.finditer(clause[1])]
    if module and (match := _NAMESPACE.search(text)):
        if match["alias"]:
            alias = _unquoted(match["alias"])
            return [Imported(module, "", alias, match.start("alias"), match.end("alias"))], [alias]
        return [Imported(module, "*", "*", match.start(), match.start() + 1)], []
    return [], []


def destructured(pattern: str) -> Iterator[tuple[str, str, int, int]]:
    """(name, alias, start, end) for each plain name of `{ a, b: c, d = 1 }`; nested patterns are passed over."""
    inner = _blank_comments(pattern)
    if "{" in inner[1:]:
        return
    at = 1
    for part in inner[1:-1].split(","):
        match = re.match(r"\s*([\w$]+)\s*(?::\s*([\w$]+))?\s*(?:=|$)", part)
        if match:
            yield match[1], match[2] or match[1], at + match.start(1), at + match.end(1)
        at += len(part) + 1


def _specifiers(clause: re.Match[str], module: str) -> Iterator[Imported]:
    start = clause.start(1)
    for count, match in enumerate(_SPECIFIER.finditer(clause[1])):
        if count >= NAMES_MAX:
            return
        name = _unquoted(match["name"])
        alias = _unquoted(match["alias"]) if match["alias"] else name
        yield Imported(module, name, alias, start + match.start("name"), start + match.end("name"))


def _unquoted(written: str) -> str:
    return written.strip("'\"")


def _blank_comments(text: str) -> str:
    """The text with spaces for its comments, so that offsets stay. A URL's slashes are not taken for one."""
    if "/*" not in text and "//" not in text:
        return text
    return _COMMENT.sub(
        lambda match: match[0] if text[match.start() - 1 : match.start()] == ":" else " " * len(match[0]), text
    )
