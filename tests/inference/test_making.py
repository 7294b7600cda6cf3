"""Where objects come from when nobody calls a class by its name: decorators, builders, copies, `__new__`."""

from __future__ import annotations

import pytest

from tests.inference.world import analysed, callers

DECORATED = """
class Builder:
    def __init__(self, cls): self.cls = cls
    def build(self):
        cls = self.cls
        cls.made = True
        return cls

def fields(maybe_cls=None, *, frozen=False):
    def wrap(cls):
        builder = Builder(cls)
        return builder.build()
    if maybe_cls is None:
        return wrap
    return wrap(maybe_cls)

def define(cls): return fields(maybe_cls=cls)

@fields
class A:
    def m(self): ...
@fields(frozen=True)
class B:
    def m(self): ...
@define
class C:
    def m(self): ...

def a(): A().m()
def b(): B().m()
def c(): C().m()
"""

CASES = {
    **{
        f"a class that a decorator with a builder hands back: {name}": (
            DECORATED,
            f"{name}.m",
            {name.lower()},
        )
        for name in "ABC"
    },
    "a function that a registry hands back": (
        """
        COMMANDS = {}
        def register(name):
            def add(f):
                COMMANDS[name] = f
                return COMMANDS[name]
            return add
        @register("one")
        def one(): ...
        @register("two")
        def two(): ...
        def g(): one()
        """,
        "two",
        set(),
    ),
    "a class made in the place of another": (
        """
        def rebuilt(cls):
            return type(cls)(cls.__name__, cls.__bases__, dict(cls.__dict__))
        @rebuilt
        class A:
            def m(self): ...
        def g(): A().m()
        """,
        "A.m",
        {"g"},
    ),
    "an object of `object.__new__`": (
        """
        class A:
            def copy(self):
                other = object.__new__(self.__class__)
                return other
            def m(self): ...
        def g(a: A): a.copy().m()
        """,
        "A.m",
        {"g"},
    ),
    "a class method that makes an object of the class it is called on": (
        """
        class A:
            @classmethod
            def make(cls):
                new = cls.__new__(cls)
                new.name = ""
                return new
        class B(A):
            def m(self): ...
        class C(A):
            def m(self): ...
        def b(): B.make().m()
        def c(): C.make().m()
        """,
        "B.m",
        {"b"},
    ),
    "what is called through a field that a decorator's constructor fills": (
        """
        import library
        class Check:
            def __call__(self, value): ...
        @library.record
        class Field:
            _check = library.field()
            def run(self): self._check(1)
        Field(check=Check()).run()
        """,
        "Check.__call__",
        {"Field.run"},
    ),
    "a class out of a table, by one of the texts that a test allows": (
        """
        class A: ...
        class B:
            def __init__(self): ...
        class C:
            def __init__(self): ...
        NODES = {"a": A, "b": B, "c": C}
        class Parser:
            def __init__(self, token): self.token = token
            def parse(self):
                while self.token.type in ("a", "b"):
                    return NODES[self.token.type]()
        """,
        "C.__init__",
        set(),
    ),
    "syntax on what may be a text as well": (
        """
        class A:
            def __str__(self): return ""
        def text(x): return str(x)
        text(A())
        text("a")
        """,
        "A.__str__",
        {"text?"},
    ),
    "syntax on an object and nothing else": (
        """
        class A:
            def __str__(self): return ""
        def text(x): return str(x)
        text(A())
        """,
        "A.__str__",
        {"text"},
    ),
}


@pytest.mark.parametrize(("text", "name", "expected"), CASES.values(), ids=CASES.keys())
def test_callers(text: str, name: str, expected: set[str]) -> None:
    assert callers(analysed(text)[f"main.py:{name}"]) == expected


@pytest.mark.parametrize("copying", ["object.__new__(cls)", "cls.__new__(cls)", "copy.copy(self)", "type(self)()"])
def test_a_copy_is_a_place_where_instances_are_made(copying: str) -> None:
    records = analysed(
        f"""
        import copy
        class A:
            def clone(self):
                cls = type(self)
                return {copying}
        A().clone()
        """
    )
    assert callers(records["main.py:A"]) >= {"A.clone"}


@pytest.mark.parametrize(
    "setting",
    [
        "other.__dict__.update(self.__dict__)",
        "vars(other).update(name=1)",
        'setattr(other, "name", 1)',
        'object.__setattr__(other, "name", 1)',
    ],
)
def test_a_field_is_written_without_an_assignment(setting: str) -> None:
    records = analysed(
        f"""
        class A:
            name = 0
            def __init__(self): self.name = 0
            def clone(self):
                other = A()
                {setting}
        """
    )
    assert {a.place.symbol for a in records["main.py:A.name"].accesses if a.writes} >= {"A.clone"}
