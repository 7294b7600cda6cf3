"""Which tests reach a function: what they make objects of, what runs before them, what has to run first."""

from __future__ import annotations

import pytest

from tests.inference.world import analysed

SHAPES = """
        #- /shapes.py
        class Shape:
            def draw(self): self.path()
            def path(self): ...
        class Circle(Shape):
            def path(self): ...
        class Square(Shape):
            def path(self): ...
        """

CASES = {
    "an override, from the test that makes an object of its class": (
        SHAPES
        + """
        #- /test_shapes.py
        from shapes import Circle, Square
        def test_circle(): Circle().draw()
        def test_square(): Square().draw()
        """,
        "shapes.py:Circle.path",
        {"test_circle"},
    ),
    "an object that is made on import": (
        SHAPES
        + """
        unit = Circle()
        #- /test_shapes.py
        from shapes import Square, unit
        def test_unit(): unit.draw()
        def test_square(): Square().draw()
        """,
        "shapes.py:Circle.path",
        {"test_unit", "test_square"},
    ),
    "through a fixture, and one that it asks for": (
        """
        #- /conftest.py
        import pytest
        from db import connect
        @pytest.fixture
        def url(): return connect()
        @pytest.fixture
        def base(url): return url
        #- /test_db.py
        def test_base(base): ...
        def test_nothing(): ...
        #- /db.py
        def connect(): ...
        """,
        "db.py:connect",
        {"test_base"},
    ),
    "through set-up": (
        """
        #- /test_db.py
        import unittest
        from db import connect
        class DbTest(unittest.TestCase):
            def setUp(self): connect()
            def test_a(self): ...
        #- /db.py
        def connect(): ...
        """,
        "db.py:connect",
        {"DbTest.test_a"},
    ),
    "through a fixture that every test has": (
        """
        #- /test_db.py
        import pytest
        from db import connect
        @pytest.fixture(autouse=True)
        def connected(): connect()
        def test_a(): ...
        #- /db.py
        def connect(): ...
        """,
        "db.py:connect",
        {"test_a"},
    ),
    "a function inside another that did not run": (
        """
        #- /hooks.py
        HOOKS = []
        def first():
            def inner(): ...
            HOOKS.append(inner)
        def second():
            for hook in HOOKS: hook()
        #- /test_hooks.py
        from hooks import first, second
        def test_both():
            first()
            second()
        def test_second(): second()
        """,
        "hooks.py:first.inner",
        {"test_both"},
    ),
    "a method by a name that is built": (
        """
        #- /visit.py
        class Visitor:
            def visit(self, node):
                return getattr(self, f"visit_{type(node).__name__}", self.other)(node)
            def visit_Name(self, node): ...
            def other(self, node): ...
        #- /test_visit.py
        from visit import Visitor
        def test_visit(): Visitor().visit(1)
        """,
        "visit.py:Visitor.visit_Name",
        {"test_visit"},
    ),
}


@pytest.mark.parametrize(("text", "symbol", "expected"), CASES.values(), ids=CASES.keys())
def test_reach(text: str, symbol: str, expected: set[str]) -> None:
    assert {test.name for test in analysed(text)[symbol].tests} == expected
