"""Which value an error is about: read off the failing line's syntax tree, the error's message and the values seen.

Owns the step from "line 6, 'NoneType' object is not subscriptable" to the expression that was None, and which condition
let a statement run. Where that value came from is `origins`'; what functions return, records know. Must not know files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzers.languages.expressions import ExpressionSyntax
from analyzers.syntax import Node, Syntax

TEXT_CHARACTERS_MAX = 60
"""A longer expression is not quoted: it would hide the sentence that it stands in."""

_NOTHING = re.compile(r"NoneType|\bundefined\b|\bnull\b")
_ATTRIBUTE = re.compile(
    r"has no attribute '(?P<python>\w+)'|\((?:reading|setting) '(?P<node>[^']+)'\)"
    r"|\(evaluating '[^']*?(?P<browser>\w+)'\)"
)
_OWNER = re.compile(r"^'(?P<type>[\w.]+)' object has no attribute")
_OPERANDS = re.compile(r"operand|not supported between|concatenate|must be str|argument of type|not a container")
_ITERATED = re.compile(r"iterable|iterator|unpack|mapping")
_CALLED = re.compile(r"not callable|is not a function|is not a constructor")
_INDEXED = re.compile(r"subscriptable|item assignment|item deletion")
_COMPREHENSION_FRAMES = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_CLOSURE_FRAMES = frozenset({"<lambda>", "(anonymous)", "<anonymous>", "anonymous"})
_ZEROS = frozenset({"0", "0.0", "0j", "-0.0"})
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Seen:
    """A local variable as the debugger shows it."""

    value: str
    type: str = ""

    @property
    def is_nothing(self) -> bool:
        return self.value in ("None", "null", "undefined") or self.type in ("NoneType", "undefined", "null")


@dataclass(frozen=True, slots=True)
class Failing:
    """Where and with what a program stopped."""

    start: int
    """Byte offset of the failing line."""
    end: int
    column: int
    """Bytes from the line's start to where the debugger points; -1 where it points nowhere."""
    frame: str
    """The frame's name: a function's, or `<listcomp>`."""
    error: str
    """The exception's type, without its module."""
    message: str
    seen: Mapping[str, Seen]
    own: bool = True
    """Whether the error was raised by this line itself, and not by what it called outside the workspace."""


@dataclass(frozen=True, slots=True)
class Blamed:
    """The expression whose value the error is about; `says` completes the sentence that begins with it."""

    node: Node
    text: str
    says: str


def blamed(syntax: Syntax, table: ExpressionSyntax, failing: Failing) -> list[Blamed]:
    """The expressions that the error can be about, the likeliest first; empty where the message does not tell."""
    word = _word(failing.message)
    found: list[Blamed] = []
    for node in _candidates(syntax, table, failing):
        text = text_of(syntax, node)
        value = failing.seen.get(text)
        if not failing.own and (value is None or not value.is_nothing):
            continue  # What the other code was about is not known: only a value that is nothing stands out.
        if failing.error == "KeyError":
            found += _key(syntax, table, node, failing)
        elif failing.error == "IndexError":
            found += [Blamed(node, text, f"is `{value.value}`" if value and len(value.value) < 40 else "is too short")]
        elif failing.error == "ZeroDivisionError":
            found += [Blamed(node, text, "is 0")] if value is None or value.value in _ZEROS else []
        elif word:
            found += [Blamed(node, text, f"is {word}")] if value is None or value.is_nothing else []
        elif match := _OWNER.match(failing.message):
            attribute = _attribute(failing.message)
            found += [Blamed(node, text, f"is of type `{match['type']}`, which has no `{attribute}`")]
    # What the debugger shows is surer than what only the message tells; `sorted` keeps the order of the source.
    return sorted(found, key=lambda each: each.text not in failing.seen)


def condition_at(syntax: Syntax, table: ExpressionSyntax, start: int, end: int) -> tuple[str, Node | None]:
    """(when the statement at a span runs, in one clause; the condition in it). Empty where nothing decides that."""
    node = syntax.root.named_descendant_for_byte_range(start, max(start, end - 1))
    while node is not None and node.parent is not None and node.type not in table.functions:
        parent = node.parent
        fields = table.branches.get(parent.type)
        if fields is not None:
            condition = parent.child_by_field_name(fields[0])
            if condition is not None and condition != node:
                return _condition(syntax, table, condition, holds=parent.child_by_field_name(fields[1]) == node)
        if parent.type in table.handlers:
            first = syntax.data[parent.start_byte : parent.end_byte].split(b"\n")[0].split(b":")[0].split(b"{")[0]
            clause = _short(first.decode("utf-8", "replace"))
            return (f"in `{clause}`" if clause else ""), None
        if (before := _left_before(table, node)) is not None:
            return _condition(syntax, table, before, holds=False)
        node = parent
    return "", None


def raise_at(syntax: Syntax, table: ExpressionSyntax, failing: Failing) -> Node | None:
    """The statement on the failing line that raises by itself."""
    return next((each for each in _on_line(syntax, failing) if each.type in table.raising), None)


def names_in(syntax: Syntax, node: Node) -> list[str]:
    """The names that an expression reads, in order, once each."""
    return list(dict.fromkeys(_IDENTIFIER.findall(text_of(syntax, node, limit=400))))


def text_of(syntax: Syntax, node: Node, limit: int = TEXT_CHARACTERS_MAX) -> str:
    """An expression as written, on one line; empty where it is too long to be quoted."""
    text = " ".join(syntax.data[node.start_byte : node.end_byte].decode("utf-8", "replace").split())
    return text if len(text) <= limit and "`" not in text else ""


def unwrapped(table: ExpressionSyntax, node: Node) -> Node:
    """The expression inside parentheses, `await` and their like."""
    while node.type in table.wrappers and node.named_child_count:
        node = node.named_children[0]
    return node


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, in the order of the source."""
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        pending += reversed(each.named_children)


def _word(message: str) -> str:
    found = _NOTHING.search(message)
    return "" if found is None else "None" if found.group() == "NoneType" else found.group()


def _attribute(message: str) -> str:
    match = _ATTRIBUTE.search(message)
    return (match["python"] or match["node"] or match["browser"]) if match else ""


def _candidates(syntax: Syntax, table: ExpressionSyntax, failing: Failing) -> list[Node]:
    """What the message speaks of among the failing line's expressions; first the one that the debugger points at."""
    found: list[tuple[Node, Node]] = []
    for node in _on_line(syntax, failing):
        if _in_frame(table, node, failing.frame):
            found += [(node, unwrapped(table, each)) for each in _used(syntax, table, node, failing)]
    found = [(whole, part) for whole, part in found if _nameable(syntax, table, part)]
    if failing.column >= 0:
        at = failing.start + failing.column
        pointed = [each for each in found if each[0].start_byte <= at < each[0].end_byte]
        # The smallest expression around the place; of equal ones the source's order.
        found = sorted(pointed, key=lambda each: each[0].end_byte - each[0].start_byte)[:1] or found
        found = [each for each in pointed if each[0] == found[0][0]] or found if pointed else found
    return [part for _, part in found]


def _used(syntax: Syntax, table: ExpressionSyntax, node: Node, failing: Failing) -> Iterator[Node]:
    """The parts of one expression whose value can have caused the error."""
    message = failing.message
    if not failing.own:
        yield from _arguments(table, node)
        return
    members, items, calls = table.members.get(node.type), table.items.get(node.type), table.calls.get(node.type)
    if failing.error in ("KeyError", "IndexError"):
        yield from _field(node, items, 0)
    elif failing.error == "ZeroDivisionError":
        yield from list(_operands(table, node))[1:]
    elif attribute := _attribute(message):
        name = next(_field(node, members, 1), None)
        if name is not None and syntax.data[name.start_byte : name.end_byte].decode("utf-8", "replace") == attribute:
            yield from _field(node, members, 0)
        elif items is not None and not _OWNER.match(message) and attribute in text_of(syntax, node):
            yield from _field(node, items, 0)
    elif _INDEXED.search(message):
        yield from _field(node, items, 0)
    elif _CALLED.search(message):
        yield from _field(node, calls, 0)
    elif _OPERANDS.search(message):
        yield from _operands(table, node)
    else:
        if _ITERATED.search(message) or not message:
            yield from _field(node, table.loops.get(node.type), 1)
            target = next(_field(node, table.assignments.get(node.type), 0), None)
            if target is not None and target.named_child_count:
                yield from _field(node, table.assignments.get(node.type), 1)
        yield from _arguments(table, node)


def _arguments(table: ExpressionSyntax, node: Node) -> Iterator[Node]:
    fields = table.calls.get(node.type)
    arguments = node.child_by_field_name(fields[1]) if fields is not None else None
    for each in arguments.named_children if arguments is not None else ():
        yield each.named_children[-1] if "argument" in each.type or "splat" in each.type else each


def _operands(table: ExpressionSyntax, node: Node) -> Iterator[Node]:
    fields = table.operations.get(node.type)
    if fields is not None:
        named = [node.child_by_field_name(each) for each in fields] if fields[0] else node.named_children
        yield from (each for each in named if each is not None)


def _field(node: Node, fields: tuple[str, str] | None, which: int) -> Iterator[Node]:
    if fields is not None:
        name = fields[which]
        found = node.child_by_field_name(name) if name else next(iter(node.named_children), None)
        if found is not None:
            yield found


def _nameable(syntax: Syntax, table: ExpressionSyntax, node: Node) -> bool:
    """Whether the expression is one whose value comes from somewhere: no literal, and short enough to be said."""
    kinds = (*table.members, *table.items, *table.calls, "identifier")
    return node.type in kinds and bool(text_of(syntax, node))


def _key(syntax: Syntax, table: ExpressionSyntax, container: Node, failing: Failing) -> list[Blamed]:
    """`name` is a key that `rows` does not have; `rows` lacks a key that is written there."""
    item = container.parent
    while item is not None and item.type not in table.items:
        item = item.parent
    key = item.child_by_field_name(table.items[item.type][1]) if item is not None else None
    if key is None:
        return []
    holder, written = text_of(syntax, container), text_of(syntax, key)
    value = failing.seen.get(written)
    if value is not None and value.value == failing.message.strip():
        return [Blamed(key, written, f"is `{value.value[:40]}`, a key that `{holder}` does not have")]
    if value is not None or (written[:1] in "'\"" and written.strip("'\"") != failing.message.strip().strip("'\"")):
        return []
    return [Blamed(container, holder, f"has no key `{failing.message.strip()[:40]}`")]


def _on_line(syntax: Syntax, failing: Failing) -> list[Node]:
    """Everything that lies on the failing line at least in part, and in the statement that it belongs to."""
    node = syntax.root.named_descendant_for_byte_range(failing.start, max(failing.start, failing.end - 1))
    return [
        each
        for each in (walk(node) if node is not None else ())
        if each.start_byte < failing.end and each.end_byte > failing.start
    ]


def _in_frame(table: ExpressionSyntax, node: Node, frame: str) -> bool:
    """Whether an expression runs in a frame of that name, as far as the name tells."""
    frame = frame.rpartition(".")[2]
    around = node.parent
    while around is not None and around.type not in table.functions:
        if around.type in table.closures:
            return frame in _CLOSURE_FRAMES or frame in _COMPREHENSION_FRAMES or not frame
        if around.type in table.comprehensions and frame in _COMPREHENSION_FRAMES:
            return True
        around = around.parent
    return frame not in _CLOSURE_FRAMES - {"(anonymous)", "<anonymous>", "anonymous"} | _COMPREHENSION_FRAMES


def _left_before(table: ExpressionSyntax, node: Node) -> Node | None:
    """The condition of the statement before, where that leaves the block when it holds: what follows is its else."""
    if node.parent is None or node.parent.type not in table.blocks:
        return None
    before = node.prev_named_sibling
    fields = table.branches.get(before.type) if before is not None else None
    if before is None or fields is None:
        return None
    then = before.child_by_field_name(fields[1])
    last = then.named_children[-1] if then is not None and then.type in table.blocks and then.named_children else then
    more = any(child.type in table.otherwise or child.type in table.branches for child in before.named_children)
    leaves = last is not None and last.type in table.leaving
    return before.child_by_field_name(fields[0]) if leaves and not more else None


def _condition(syntax: Syntax, table: ExpressionSyntax, condition: Node, *, holds: bool) -> tuple[str, Node | None]:
    text = text_of(syntax, unwrapped(table, condition))
    return (f"{'when' if holds else 'unless'} `{text}`" if text else ""), condition


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= TEXT_CHARACTERS_MAX and "`" not in text else ""


__all__ = [
    "Blamed",
    "Failing",
    "Seen",
    "blamed",
    "condition_at",
    "names_in",
    "raise_at",
    "text_of",
    "unwrapped",
    "walk",
]
