"""What code does in one file: calls, throws, returns. Each is noted under the definition in whose name it runs.

It must not know how definitions get their names, or what a name means.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from analyzers.facts import OPAQUE, Call, Raise
from analyzers.languages.typescript.define import Definitions
from analyzers.languages.typescript.flow import branches
from analyzers.languages.typescript.pieces import NAME_BYTES_MAX, dotted_name
from analyzers.languages.typescript.text import Text
from analyzers.languages.typescript.words import EVERYTHING, NOTHING
from analyzers.syntax import Node

_INVOKING = frozenset({"call", "apply", "bind"})
_REJECTED = re.compile(r"\(\s*(?:new\s+)?([\w$.]+)\s*\(")
_MADE = re.compile(r"(?:new\s+)?([\w$.]+)\s*\(")


class Uses:
    """What one file's code does. `bounds` and `owners` say in whose name the code from an offset on runs."""

    __slots__ = ("bounds", "owners", "text")

    def __init__(self, text: Text, bounds: list[int], owners: list[int]) -> None:
        self.text, self.bounds, self.owners = text, bounds, owners

    def scope(self, offset: int) -> int:
        """In whose name code at an offset runs."""
        return self.owners[bisect_right(self.bounds, offset) - 1]

    def calls(self) -> Iterator[Call]:
        """Calls of plain and dotted names."""
        # The busiest loop of a cold start: nothing is called for the plain cases.
        text, bounds, owners = self.text.latin, self.bounds, self.owners
        plain, receivers = self.text.ascii, {}  # type: bool, dict[str, str]
        for node in self.text.nodes("call"):
            start, end = node.start_byte, node.end_byte
            # A chain of n calls has n functions, each with all the calls before it in its text.
            whole = end - start <= NAME_BYTES_MAX
            written = text[start if whole else end - NAME_BYTES_MAX : end]
            if not (plain or written.isascii()):
                written = self.text.data[end - len(written) : end].decode("utf-8", "replace")
            before, dot, name = written.rpartition(".")
            if dot:
                if not name.isidentifier():
                    name = name.strip()
                known = receivers.get(before)
                if known is None:
                    known = receivers[before] = dotted_name(before) if whole else OPAQUE
                before = known
                if name in _INVOKING and before != OPAQUE and not before.endswith(")"):
                    before, _, name = before.rpartition(".")
            size = len(name) if plain else len(name.encode())
            yield Call(owners[bisect_right(bounds, start) - 1], before, name, end - size, end)

    def made_and_rendered(self) -> Iterator[Call]:
        """`new Shop()`, `super()`, `<Shop />`."""
        for capture in ("new", "jsx"):
            for node in self.text.nodes(capture):
                written = self.text.dotted(node)
                before, _, name = written.rpartition(".")
                # A name in small letters is an element of the page itself.
                if name and written != OPAQUE and (capture == "new" or before or name[:1].isupper()):
                    end = node.end_byte
                    yield Call(self.scope(node.start_byte), before, name, end - len(name.encode()), end)
        for node in self.text.nodes("super_call"):
            start, end = node.start_byte, node.end_byte
            yield Call(self.scope(start), "super", "constructor", start, end)

    def raises(self) -> Iterator[Raise]:
        """What is thrown, and with what a promise is rejected."""
        text = self.text
        thrown = [(node.start_byte, node.end_byte) for node in text.nodes("throw")]
        rejected = [
            node for node in text.nodes("call") if text.latin.endswith("reject", node.start_byte, node.end_byte)
        ]
        if not thrown and not rejected:
            return
        tries = list(self._tries(thrown))
        for start, end in thrown:
            value = text.span(start + len("throw"), end).strip().rstrip(";")
            kind = dotted_name(value).removesuffix("()") if len(value) <= NAME_BYTES_MAX else _long_type(value)
            scope = self.scope(start)
            caught = any(low <= start < high and at == scope for low, high, at in tries)
            yield Raise(scope, "" if kind == OPAQUE else kind, start, end, (EVERYTHING,) if caught else ())
        for node in rejected:
            start, end = node.start_byte, node.end_byte
            if match := _REJECTED.match(text.latin, end):
                yield Raise(self.scope(start), match[1], start, end)

    def _tries(self, thrown: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
        """(start, end, scope) of what is tried with a handler that does not throw again what it caught."""
        for node, handler in self.text.steps("try", "handler"):
            body = node.child_by_field_name("body")
            parameter = handler.child_by_field_name("parameter")
            name = self.text.of(parameter) if parameter is not None else ""
            inside = [span for span in thrown if handler.start_byte <= span[0] < handler.end_byte]
            again = any(self.text.span(*span).removeprefix("throw").strip(" ;\n") == name for span in inside)
            if body is not None and not again:
                yield body.start_byte, body.end_byte, self.scope(node.start_byte)


def returns(found: Definitions) -> Iterator[tuple[int, str, int, int]]:
    """(definition, value, start, end) of each `return`, and of what a short arrow function gives."""
    text = found.text
    for node in text.nodes("return"):
        start, end = node.start_byte, node.end_byte
        at = found.own(start)
        if at < -1:
            continue
        value = node.named_child(0) if node.named_child_count else None
        if value is None or value.type == "comment":
            yield at, "", start, end
            continue
        for each in branches(value):
            yield at, _returned(text, each), start, end
    for index, made in enumerate(found.all):
        if made.used and made.kind in ("function", "method") and made.node.type == "arrow_function":
            body = made.node.child_by_field_name("body")
            if body is not None and body.type != "statement_block":
                for value in branches(body):
                    yield index, _returned(text, value), made.body_start, made.body_end


def _returned(text: Text, node: Node) -> str:
    start, end = node.start_byte, node.end_byte
    if end - start > NAME_BYTES_MAX:
        return OPAQUE
    written = text.span(start, end)
    if written in NOTHING:
        return written
    name = dotted_name(written)
    if written.startswith("new ") and name != OPAQUE:
        return f"{name.removesuffix('()')}()"
    return name if name.endswith("()") else OPAQUE


def _long_type(value: str) -> str:
    match = _MADE.match(value)
    return match[1] if match else OPAQUE
