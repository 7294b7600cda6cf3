"""How expressions stand in a language's trees, by the names of their nodes and fields.

Values for `evidence.blame`, which reads failing lines. Nothing here knows any language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpressionSyntax:
    """Node names, each with the fields that hold its parts."""

    members: Mapping[str, tuple[str, str]]
    """`user.title`: (what holds the member, its name)."""
    items: Mapping[str, tuple[str, str]]
    """`rows[key]`: (what holds the item, the key)."""
    calls: Mapping[str, tuple[str, str]]
    """`find(name)`: (what is called, the arguments)."""
    operations: Mapping[str, tuple[str, str]]
    """`a + b` and comparisons: the fields of both operands; empty where they are told by position."""
    assignments: Mapping[str, tuple[str, str]]
    """(what is assigned to, the value). An empty second field means the first child."""
    loops: Mapping[str, tuple[str, str]]
    """Statements and clauses that give a name one element after another: (the name, what is gone through)."""
    comprehensions: frozenset[str]
    elements_to: frozenset[str]
    """Functions and methods that hand one element after another to a function that they are given: `sorted`, `map`."""
    closures: frozenset[str]
    """Functions without a name."""
    functions: frozenset[str]
    """Functions and classes with a name."""
    choices: Mapping[str, tuple[str, ...]]
    """`a or b`, `a if c else b`: fields that may give the value; where a field is a number, the child at that place."""
    wrappers: frozenset[str]
    """What gives the value of the one expression that it holds: parentheses, `await`."""
    branches: Mapping[str, tuple[str, str]]
    """`if`, `elif`: (the condition, what runs where it holds)."""
    otherwise: frozenset[str]
    """What runs where no condition around it held."""
    handlers: frozenset[str]
    """What runs after an exception."""
    raising: frozenset[str]
    leaving: frozenset[str]
    """Statements after which nothing of the block runs: `return`, `raise`, `continue`."""
    blocks: frozenset[str]
