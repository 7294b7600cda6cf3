"""Who reads and writes a field, and how surely it is the field of this class."""

from __future__ import annotations

import pytest

from tests.inference.world import analysed

SHARED = """
class Node:
    pass
class A(Node):
    type = "a"
class B(Node):
    type = "b"
class C(Node):
    type = "c"
class D(Node):
    type = "d"
class E(Node):
    type = "e"
def any_node(node): return node.type
def one(): return A().type
for node in (A(), B(), C(), D(), E()):
    any_node(node)
"""

UNKNOWN = """
class Plan:
    def __init__(self): self.pushes = []
class Other:
    def __init__(self): self.name = ""
def unknown(plan): return plan.pushes
def write(plan): plan.pushes = 1
def known(): return Plan().pushes
def by_name(): return getattr(Plan(), "pushes")
def by_name_perhaps(plan): return getattr(plan, "pushes", None)
"""

BASE = """
class Base:
    def __init__(self): self.name = ""
    def show(self): return self.name
class A(Base):
    def __init__(self): self.name = "a"
class B(Base): ...
class C(Base): ...
class D(Base): ...
for each in (A(), B(), C(), D()):
    each.show()
"""


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (SHARED, "A.type", {"any_node?", "one"}),
        (UNKNOWN, "Plan.pushes", {"Plan.__init__", "unknown?", "write?", "known", "by_name", "by_name_perhaps?"}),
        (BASE, "Base.name", {"Base.__init__", "Base.show", "A.__init__"}),
    ],
    ids=["of one of many classes", "of something unknown", "of what inherits it"],
)
def test_accesses(text: str, name: str, expected: set[str]) -> None:
    """`name` for a likely reader or writer, `name?` for a possible one; where the class defines it is left out."""
    marks = {"certain": "!", "likely": "", "possible": "?"}
    found = {f"{a.place.symbol}{marks[a.confidence]}" for a in analysed(text)[f"main.py:{name}"].accesses}
    assert found - {name.partition(".")[0]} == expected


def test_the_body_of_a_class_reads_what_it_has_defined() -> None:
    accesses = analysed("class Table:\n    first = [1]\n    both = (first, 2)\n")["main.py:Table.first"].accesses
    assert [(each.place.line, each.writes) for each in accesses] == [(2, True), (3, False)]
