"""What a JavaScript or TypeScript file is taken apart into while `extract` reads it, and how names are written.

`Definition` is mutable on purpose, and never outlives the reading of one file.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analyzers.facts import MODULE, OPAQUE
from analyzers.syntax import Node

NAME_BYTES_MAX = 200
"""A longer dotted name is cut to its last part."""
NAMES_KEPT_MAX = 8_192
"""Texts that are remembered from file to file with what was made of them."""
TITLE_CHARS_MAX = 120

_DOTTED = re.compile(
    r"#?[^\W\d][\w$]*(?:\(\))?(?:\.#?[^\W\d][\w$]*(?:\(\))?)*|\$[\w$]*(?:\(\))?(?:\.#?[\w$]+(?:\(\))?)*"
)
_INNERMOST = re.compile(r"\([^()]*\)")
_EMPTY = "\0"
"""Stands for brackets and what was in them while those around them are looked at."""
_NOISE = re.compile(r"\s+|[!?](?=[.\[(]|$)")
_AWAITED = re.compile(r"(?<![\w$)\]])\((?:await\s+|new\s+)?([^()]*(?:\([^()]*\))?)\)(?=\.|$)")
_ELEMENT = re.compile(r"\[(?:'([\w$]+)'|\"([\w$]+)\")\]")


class Definition:
    """Something with a name and a body while its file is read: a function, a class, an object, a test; or a function
    without a name, whose kind is `lambda` and of which nothing is kept but where it is."""

    __slots__ = (
        "bases",
        "body_end",
        "body_start",
        "decorators",
        "default",
        "end",
        "flags",
        "is_signature",
        "kind",
        "name",
        "name_end",
        "name_start",
        "node",
        "parent",
        "prefix",
        "qualname",
        "start",
        "used",
        "wanted",
    )

    def __init__(self, kind: str, name: str, node: Node, span: tuple[int, int], body: tuple[int, int]) -> None:
        self.kind, self.name, self.node = kind, name, node
        self.start, self.end = span
        self.name_start = self.name_end = span[0]
        self.body_start, self.body_end = body
        self.qualname = name
        self.parent = MODULE
        self.prefix = ""
        """What its qualified name begins with where its parent is foreign: `Shop` for `Shop.open = …`."""
        self.decorators: tuple[str, ...] = ()
        self.bases: tuple[str, ...] = ()
        self.flags = 0
        self.default = False
        """Whether it is its module's default export."""
        self.is_signature = False
        """Whether it has no body: an overload, a declaration."""
        self.used = True
        """Whether it becomes a symbol."""
        self.wanted = False
        """Whether something else was assigned to it as a member."""


class Binding:
    """A field or a variable while its file is read."""

    __slots__ = ("annotation", "end", "flags", "name", "name_end", "name_start", "parent", "start", "value")

    def __init__(self, parent: int, name: str, span: tuple[int, int], name_span: tuple[int, int]) -> None:
        self.parent, self.name = parent, name
        self.start, self.end = span
        self.name_start, self.name_end = name_span
        self.annotation = self.value = ""
        self.flags = 0


@lru_cache(NAMES_KEPT_MAX)
def dotted_name(written: str) -> str:
    """An expression as a dotted name whose called steps end in `()`; `OPAQUE` where it is not one.

    `a?.b!.c` is `a.b.c`, `(await load()).x` is `load().x`, `new Foo().x` is `Foo().x`, `a["b"]` is `a.b`.
    """
    if len(written) > NAME_BYTES_MAX:
        return OPAQUE
    if written.isidentifier():
        return written
    if written[:1] in "'\"`":
        return "String()"
    if written[:1] == "[":
        return "Array()"
    written = (
        written.removeprefix("await ").removeprefix("new ").removeprefix("(new ") if written[:1] in "an(" else written
    )
    if "(" in written:
        written = _without_arguments(_AWAITED.sub(r"\1", written))
    if "[" in written:
        written = _ELEMENT.sub(lambda match: f".{match[1] or match[2]}", written)
    written = _NOISE.sub("", written)
    return written if _DOTTED.fullmatch(written) else OPAQUE


def plain_string(written: str) -> str:
    """What is between a string's quotes, cut to one line of a title's length."""
    return " ".join(written.strip("'\"`").split())[:TITLE_CHARS_MAX]


def member_name(written: str) -> str:
    """What a member is called, in quotes or computed: `[Symbol.iterator]` is `iterator`, `[kState]` is `kState`."""
    if written[:1] == "[":
        return written.strip("[]").rpartition(".")[2] or "computed"
    return written.strip("'\"")


def scopes(definitions: list[Definition], which: str) -> tuple[list[int], list[int]]:
    """Sorted offsets, and what holds the text that follows each: the index of a definition, or `MODULE`. Definitions
    come in the order of their bodies, the outer ones first.

    `which` is `holds` for the innermost definition of any kind, `runs` for the innermost one in whose name code runs:
    a function without a name runs in the name of the one around it, and so does an object.
    """
    bounds, owners = [0], [MODULE]
    open_ends: list[tuple[int, int]] = []

    def close(until: int) -> None:
        while open_ends and open_ends[-1][0] <= until:
            end, _ = open_ends.pop()
            bounds.append(end)
            owners.append(open_ends[-1][1] if open_ends else MODULE)

    for index, definition in enumerate(definitions):
        if which == "runs" and (definition.kind in ("lambda", "object") or not definition.used):
            continue
        if open_ends and open_ends[-1][0] <= definition.body_start:
            close(definition.body_start)
        bounds.append(definition.body_start)
        owners.append(index)
        open_ends.append((definition.body_end, index))
    close(1 << 62)
    return bounds, owners


def _without_arguments(written: str) -> str:
    """`a.b(c, d(e)).f` becomes `a.b().f`. Brackets in strings may mislead it; then it is no dotted name any more."""
    kept = _INNERMOST.sub(_EMPTY, written)
    while "(" in kept:
        kept, inner = _INNERMOST.subn(_EMPTY, kept)
        if not inner:
            return OPAQUE
    return kept.replace(_EMPTY, "()")
