"""Of which classes there are objects in the code that was reached so far, and their methods by name.

A call on an unknown receiver runs a method of one of these before any other of its name. Must not know failures or
scores.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.evidence.code import Names, Node
from analyzers.facts import MODULE

CLASSES_MAX = 2_000


class InPlay:
    """Classes that were named, with all that they inherit from; used by one walk at a time."""

    __slots__ = ("classes", "methods")

    def __init__(self, others: InPlay | None = None) -> None:
        self.classes: set[Node] = set(others.classes) if others else set()
        self.methods: dict[str, list[Node]] = (
            {name: list(found) for name, found in others.methods.items()} if others else {}
        )

    def bring(self, names: Names, nodes: Iterable[Node]) -> None:
        """Classes that are named, and all that they inherit from; other nodes are passed over."""
        pending = list(nodes)
        while pending and len(self.classes) < CLASSES_MAX:
            node = pending.pop()
            if node.at == MODULE or node in self.classes or names.symbol(node).kind != "class":
                continue
            self.classes.add(node)
            file = names.file(node.path)
            for name, index in file.members.get(node.at, {}).items() if file else ():
                if file and file.facts.symbols[index].kind in ("function", "method"):
                    self.methods.setdefault(name, []).append(Node(node.path, index))
            pending += names.bases(node)

    def named(self, name: str) -> list[Node]:
        """The methods of this name in these classes."""
        return self.methods.get(name, [])


__all__ = ["InPlay"]
