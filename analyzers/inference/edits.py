"""Edits: which places of a file's new contents are the same as before.

A place that makes a container or a partial function stands for what it makes. After an edit elsewhere in the file it
still does, so that nobody who holds the container has to run again. Pairing is by name and position: a wrong pair costs
time and no truth, since what a place holds is taken back by whoever said it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analyzers import ir


def pairs(old: ir.Unit, new: ir.Unit) -> Iterator[tuple[ir.Node, ir.Node]]:
    """Places of the old unit with the same places of the new one."""
    for first, second in _same_names(old.functions, new.functions):
        yield from _inside(first.parameters, second.parameters)
        yield from _inside(first.decorators, second.decorators)
        yield from _blocks(first.body, second.body)
    for scope, other in _same_names(old.classes, new.classes):
        yield from _inside(scope.bases, other.bases)
        yield from _inside(scope.decorators, other.decorators)
        yield from _blocks(scope.body, other.body)
    yield from _blocks(old.body, new.body)


def _same_names(old: Iterable[Any], new: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    known: dict[str, list[Any]] = {}
    for node in old:
        known.setdefault(node.qualname, []).append(node)
    for many in known.values():
        many.reverse()
    for node in new:
        found = known.get(node.qualname)
        if found:
            yield found.pop(), node


def _blocks(old: Sequence[ir.Stmt], new: Sequence[ir.Stmt]) -> Iterator[tuple[ir.Node, ir.Node]]:
    """Statements that are alike at both ends, then those between by position."""
    most = min(len(old), len(new))
    head = 0
    while head < most and _alike(old[head], new[head]):
        head += 1
    tail = 0
    while tail < most - head and _alike(old[-1 - tail], new[-1 - tail]):
        tail += 1
    yield from _inside(old[:head], new[:head])
    yield from _inside(old[head : len(old) - tail], new[head : len(new) - tail])
    yield from _inside(old[len(old) - tail :], new[len(new) - tail :])


def _alike(old: ir.Stmt, new: ir.Stmt) -> bool:
    return type(old) is type(new) and old.end - old.start == new.end - new.start


def _inside(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[ir.Node, ir.Node]]:
    """Everything in two trees, as far as they have the same form."""
    stack: list[tuple[Any, Any]] = [(old, new)]
    while stack:
        first, second = stack.pop()
        kind = type(first)
        if kind is not type(second):
            continue
        if kind is tuple:
            stack.extend(zip(first, second, strict=False))
            continue
        fields = _FIELDS.get(kind)
        if fields is None:
            continue
        if isinstance(first, ir.Node):
            yield first, second
        for name in fields:
            stack.append((getattr(first, name), getattr(second, name)))


def _fields() -> dict[type, tuple[str, ...]]:
    """For each kind of node, what may hold further nodes."""
    plain = {"start", "end", "id", "name", "name_start", "op", "ops", "kind", "keyword", "stars", "function", "cls"}
    kinds = [k for k in vars(ir).values() if isinstance(k, type) and hasattr(k, "__struct_fields__")]
    return {k: tuple(f for f in k.__struct_fields__ if f not in plain) for k in kinds}


_FIELDS = _fields()
