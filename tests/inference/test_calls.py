"""Who calls what, in code as people write it. Each case is a small program and the callers of one symbol."""

from __future__ import annotations

import pytest

from analyzers.inference.calls import UNCLEAR_TARGETS_MAX
from tests.inference.world import analysed, callers

CASES = {
    "what an inherited constructor keeps is each class's own": (
        """
        class Base:
            def __init__(self, check, name=""):
                self.check = check
        class Small(Base):
            def __init__(self, most):
                super().__init__(self.is_small)
                self.most = most
            def is_small(self, value): return value < self.most
            def run(self, value): return self.check(value)
        class Even(Base):
            def __init__(self): super().__init__(check=is_even)
            def run(self, value): return self.check(value)
        class Tiny(Small):
            def go(self): return self.check(1)
        def is_even(value): ...
        Small(3).run(2)
        Even().run(2)
        Tiny(1).go()
        """,
        "is_even",
        {"Even.run"},
    ),
    "a container that a test looks into is not iterated": (
        """
        import unittest
        class Tree:
            def __contains__(self, name): return True
            def __iter__(self): return iter(())
        class Looks(unittest.TestCase):
            def test(self): self.assertIn("a", Tree())
        class Goes(unittest.TestCase):
            def test(self): self.assertEqual(set(Tree()), set())
        """,
        "Tree.__iter__",
        {"Goes.test"},
    ),
    "through a constructor between, and from the base class": (
        """
        class Base:
            def __init__(self, check): self.check = check
            def ask(self): return self.check()
        class Middle(Base):
            def __init__(self, check): super().__init__(check)
        class One(Middle):
            def __init__(self): super().__init__(yes)
            def go(self): self.check()
        class Two(Middle):
            def __init__(self): super().__init__(no)
            def go(self): self.check()
        def yes(): ...
        def no(): ...
        One().go()
        Two().go()
        """,
        "yes",
        {"One.go", "Base.ask"},
    ),
    "a field that something else sets as well": (
        """
        class Base:
            def __init__(self, check): self.check = check
            def reset(self): self.check = never
        class One(Base):
            def __init__(self): super().__init__(yes)
            def go(self): self.check()
        class Two(Base):
            def __init__(self): super().__init__(no)
            def go(self): self.check()
        def yes(): ...
        def no(): ...
        def never(): ...
        One().go()
        Two().go()
        """,
        "never",
        {"One.go", "Two.go"},
    ),
    "what a function chooses of its parameters is each caller's own": (
        """
        class A:
            def m(self): ...
        class B:
            def m(self): ...
        def first(one, other, flag): return one if flag else other
        def g(flag): first(A(), A(), flag).m()
        def h(flag): first(B(), B(), flag).m()
        """,
        "A.m",
        {"g"},
    ),
    "what a function falls back to is each caller's own": (
        """
        class A:
            def m(self): ...
        class B:
            def m(self): ...
        def given(one, other): return one or other
        def really(one, other):
            if one is not None:
                return one
            return other
        def g(): given(None, A()).m()
        def h(): given(B(), B()).m()
        def i(): really(None, A()).m()
        def j(): really(B(), None).m()
        """,
        "A.m",
        {"g", "i"},
    ),
    "a function by name": ("def f(): ...\ndef g(): f()\n", "f", {"g!"}),
    "through an import and an alias": (
        """
        #- /a.py
        def f(): ...
        #- /b.py
        from a import f as h
        def g(): h()
        """,
        "a.py:f",
        {"g!"},
    ),
    "a method of what a constructor made": (
        "class A:\n    def m(self): ...\ndef g():\n    a = A()\n    a.m()\n",
        "A.m",
        {"g"},
    ),
    "a method of what another function returned": (
        "class A:\n    def m(self): ...\ndef make():\n    return A()\ndef g():\n    make().m()\n",
        "A.m",
        {"g"},
    ),
    "a method of a field": (
        """
        class A:
            def m(self): ...
        class B:
            def __init__(self): self.a = A()
            def g(self): self.a.m()
        """,
        "A.m",
        {"B.g"},
    ),
    "an override, from the base class": (
        """
        class A:
            def run(self): self.step()
            def step(self): raise NotImplementedError
        class B(A):
            def step(self): ...
        B().run()
        """,
        "B.step",
        {"A.run"},
    ),
    "super": (
        "class A:\n    def m(self): ...\nclass B(A):\n    def m(self):\n        super().m()\n",
        "A.m",
        {"B.m!"},
    ),
    "a function passed as a value": ("def f(): ...\ndef call(x): x()\ncall(f)\n", "f", {"call"}),
    "a dispatch table": ("def f(): ...\nTABLE = {'f': f}\ndef g(k): TABLE[k]()\n", "f", {"g"}),
    "a constant key finds its own function": (
        "def f(): ...\ndef h(): ...\nTABLE = {'f': f, 'h': h}\ndef g(): TABLE['h']()\n",
        "f",
        set(),
    ),
    "a with statement": (
        "class A:\n    def __enter__(self): ...\n    def __exit__(self, *a): ...\ndef g():\n    with A(): ...\n",
        "A.__exit__",
        {"g"},
    ),
    "an operator": ("class A:\n    def __add__(self, o): ...\ndef g():\n    A() + 1\n", "A.__add__", {"g"}),
    "a format string": ("class A:\n    def __str__(self): return ''\ndef g():\n    f'{A()}'\n", "A.__str__", {"g"}),
    "a property": ("class A:\n    @property\n    def p(self): ...\ndef g():\n    A().p\n", "A.p", {"g"}),
    "a decorator's wrapper": (
        """
        import functools
        def deco(f):
            @functools.wraps(f)
            def wrapper(*a): return f(*a)
            return wrapper
        @deco
        def f(): ...
        def g(): f()
        """,
        "f",
        {"deco.wrapper"},
    ),
    "a partial": ("import functools\ndef f(x): ...\ndef g():\n    functools.partial(f, 1)()\n", "f", {"g"}),
    "getattr with a constant": ("class A:\n    def m(self): ...\ndef g():\n    getattr(A(), 'm')()\n", "A.m", {"g"}),
    "a sort key": ("def key(x): ...\ndef g(xs):\n    sorted(xs, key=key)\n", "key", {"g"}),
    "an annotation": ("class A:\n    def m(self): ...\ndef g(a: 'A | None'):\n    a.m()\n", "A.m", {"g"}),
    "a list's elements": (
        "class A:\n    def m(self): ...\ndef g():\n    xs = [A()]\n    for x in xs:\n        x.m()\n",
        "A.m",
        {"g"},
    ),
    "an unknown receiver": ("class A:\n    def rotate(self): ...\ndef g(x):\n    x.rotate()\n", "A.rotate", {"g?"}),
    "an unknown receiver whose arguments do not fit": (
        "class A:\n    def rotate(self): ...\ndef g(x):\n    x.rotate(1)\n",
        "A.rotate",
        set(),
    ),
    "narrowed by isinstance": (
        """
        class A:
            def m(self): ...
        class B:
            def m(self): ...
        def g(x):
            if isinstance(x, A):
                x.m()
        g(A()); g(B())
        """,
        "B.m",
        set(),
    ),
    "a coroutine": ("async def f(): ...\nasync def g():\n    await f()\n", "f", {"g!"}),
    "a circular import": (
        """
        #- /pkg/__init__.py
        from pkg import a
        def f(): ...
        #- /pkg/a.py
        from pkg import f
        def g(): f()
        """,
        "pkg/__init__.py:f",
        {"g!"},
    ),
}


@pytest.mark.parametrize(("text", "name", "expected"), CASES.values(), ids=CASES.keys())
def test_callers(text: str, name: str, expected: set[str]) -> None:
    records = analysed(text)
    record = records[name if ":" in name else f"main.py:{name}"]
    assert callers(record) == expected


@pytest.mark.parametrize(("count", "expected"), [(UNCLEAR_TARGETS_MAX, {"f0"}), (UNCLEAR_TARGETS_MAX + 1, {"f0?"})])
def test_an_unclear_call_of_too_many_functions_has_edges_and_passes_nothing_known(
    count: int, expected: set[str]
) -> None:
    names = [f"f{number}" for number in range(count)]
    text = "class A:\n    def m(self): ...\nclass B:\n    def m(self): ...\n    def n(self): B().m()\n"
    text += "def f0(x): x.m()\n" + "".join(f"def {name}(x): ...\n" for name in names[1:])
    text += f"def g(k):\n    import outside\n    h = [{', '.join(names)}][k] if k else outside.u()\n    h(A())\n"
    found = analysed(text)
    assert all(callers(found[f"main.py:{name}"]) == {"g"} for name in names)
    assert callers(found["main.py:A.m"]) == expected


def test_a_fixture_gives_its_value_to_the_test() -> None:
    records = analysed("""
        #- /tests/conftest.py
        import pytest
        from app import Client
        @pytest.fixture
        def client():
            yield Client()
        #- /tests/test_app.py
        def test_get(client):
            client.get("/")
        #- /app.py
        class Client:
            def get(self, url): ...
        """)
    assert callers(records["app.py:Client.get"]) == {"test_get"}


def test_parametrised_values_flow_into_the_test() -> None:
    records = analysed("""
        #- /test_app.py
        import pytest
        def double(x): ...
        def triple(x): ...
        @pytest.mark.parametrize("call, expected", [(double, 2), pytest.param(triple, 3)])
        def test_all(call, expected):
            assert call(1) == expected
        """)
    # The module passes it to `pytest.param`, which is not known and might call it.
    assert callers(records["test_app.py:triple"]) == {"test_all", "test_app?"}


BUILT = {
    "by concatenation": '"do_" + kind',
    "by a template": '"do_%s" % kind',
    "by a formatted string in a variable": "name",
    "by case": "kind.lower()",
}


@pytest.mark.parametrize("name", BUILT.values(), ids=BUILT.keys())
def test_a_method_by_a_name_that_is_built(name: str) -> None:
    records = analysed(f"""
        class Shell:
            def run(self, kind):
                name = f"do_{{kind}}"
                getattr(self, {name})()
            def do_quit(self): ...
            def Help(self): ...
        """)
    assert callers(records["main.py:Shell.do_quit"]) == {"Shell.run"}
    assert callers(records["main.py:Shell.Help"]) == set()
