"""What came back, however sloppy: a reply's text → drafted claims. It never raises.

Models wrap JSON in prose and fences, think aloud first, forget commas, use Python's quotes, and are cut off in the
middle. Whatever can be read of that is read, claim by claim; whether a claim is true is not asked here (`verify` does).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

REPLY_CHARS_MAX = 262_144
DRAFTED_MAX = 40
"""Claims that are read of one reply; a flood of them is a fault, not riches."""
FIELD_CHARS_MAX = 4_000

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.S | re.I)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_NAMES = {
    "text": ("text", "claim", "statement", "sentence"),
    "quote": ("quote", "evidence", "code", "citation"),
    "span": ("span", "source", "span_id", "id"),
    "about": ("about", "family", "question", "kind", "category"),
}


class Drafted(msgspec.Struct, frozen=True):
    """A claim as the model wrote it. Nothing in it is believed yet."""

    about: str
    text: str
    span: str
    quote: str


class Draft(msgspec.Struct, frozen=True):
    """All claims of one reply, and how many pieces of it could not be read."""

    claims: tuple[Drafted, ...]
    unreadable: int = 0


def parse_reply(text: str) -> Draft:
    """The claims of a reply, in its order. A reply without any that can be read gives an empty draft."""
    text = _THINKING.sub("", text[:REPLY_CHARS_MAX])
    found: list[Drafted] = []
    read = unreadable = 0
    for piece in _objects(text):
        value = _loaded(piece)
        if value is None:
            unreadable += 1
            continue
        read += 1
        claim = _drafted(value)
        if claim is not None and claim not in found:
            found.append(claim)
        if len(found) >= DRAFTED_MAX:
            break
    if not read and text.strip():
        # Prose alone, or an object that never ends: something was said, and none of it can be read.
        unreadable = max(1, unreadable)
    return Draft(tuple(found), unreadable)


def _objects(text: str) -> Iterator[str]:
    """The innermost brace groups, braces in strings not counted. A group that never closes is left out."""
    for quotes in ('"', "\"'"):
        pieces = list(_innermost(text, quotes))
        if any(_drafted(_loaded(piece) or {}) for piece in pieces):
            yield from pieces
            return
    # One of the strings is not closed properly: look at braces alone.
    yield from _innermost(text, "")


def _innermost(text: str, quotes: str) -> Iterator[str]:
    start, inside, index = -1, "", 0
    while index < len(text):
        character = text[index]
        if inside:
            if character == "\\":
                index += 1
            elif character == inside:
                inside = ""
        elif start >= 0 and character in quotes:
            inside = character
        elif character == "{":
            start = index
        elif character == "}" and start >= 0:
            yield text[start : index + 1]
            start = -1
        index += 1


def _loaded(piece: str) -> dict[str, Any] | None:
    """One object, by the strictest reader that takes it."""
    for attempt in (piece, _TRAILING_COMMA.sub(r"\1", piece)):
        try:
            value = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, dict) else None
    try:
        value = ast.literal_eval(piece) if len(piece) <= 4 * FIELD_CHARS_MAX else None
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return value if isinstance(value, dict) else None


def _drafted(value: dict[str, Any]) -> Drafted | None:
    lowered = {str(key).strip().lower(): item for key, item in value.items()}
    text, quote = _field(lowered, "text"), _field(lowered, "quote")
    return Drafted(_field(lowered, "about"), text, _field(lowered, "span"), quote) if text else None


def _field(value: dict[str, Any], name: str) -> str:
    for key in _NAMES[name]:
        item = value.get(key)
        if isinstance(item, list) and all(isinstance(part, str) for part in item):
            item = "\n".join(item)
        if isinstance(item, str) and item.strip():
            # A lone surrogate is valid in JSON and in no file.
            return item[:FIELD_CHARS_MAX].encode("utf-8", "replace").decode("utf-8").strip()
    return ""
