"""The call graph by dotted names: how each thing is called, and which calls the order of statements rules out."""

from __future__ import annotations

import pytest

from tests.inference.world import graph

TWO = "def f(): ...\ndef g(): ...\n"

CASES = {
    "modules, functions and methods": (
        """
        #- /pkg/__init__.py
        #- /pkg/a.py
        class A:
            def __init__(self): self.m()
            def m(self): ...
        #- /b.py
        from pkg.a import A
        def make(): return A()
        make().m()
        """,
        {"pkg.a.A.__init__": {"pkg.a.A.m"}, "b.make": {"pkg.a.A.__init__"}, "b": {"b.make", "pkg.a.A.m"}},
    ),
    "a class that makes itself without code": ("class A: ...\nA()\n", {}),
    "lambdas by their number where they are written": (
        "def f():\n    return lambda: 1\nx, y = lambda: f(), lambda: 2\ny()\nx()()\n",
        {"main": {"main.<lambda1>", "main.<lambda2>", "main.f.<lambda1>"}, "main.<lambda1>": {"main.f"}},
    ),
    "built-in functions and methods": (
        "def f(d: dict):\n    ' '.join(d.items())\n    len([].copy())\n",
        {"main.f": {"<**PyStr**>.join", "<**PyDict**>.items", "<**PyList**>.copy", "<builtin>.len"}},
    ),
    "a method that a built-in type inherits": ("{}.update({})\n", {"main": {"<**PyDict**>.update"}}),
    "the standard library": ("import json\ndef f(x): json.dumps(x)\n", {"main.f": {"json.dumps"}}),
    "code that is not there": (
        "from gone import call, Base\nclass A(Base): ...\ncall()\nA()\n",
        {"main": {"gone.call", "gone.Base.__init__"}},
    ),
    "super": (
        "class A:\n    def m(self): ...\nclass B(A):\n    def m(self): super().m()\n",
        {"main.B.m": {"main.A.m", "<builtin>.super"}},
    ),
    "decorators": (
        "def deco(f): return f\nclass A:\n    @staticmethod\n    @deco\n    def m(): ...\nA.m()\n",
        {"main": {"main.deco", "main.A.m"}},
    ),
    "a class that is raised is made": (
        "class E(Exception):\n    def __init__(self): ...\ndef f():\n    raise E\n",
        {"main.f": {"main.E.__init__"}},
    ),
    "what could only be meant by name is left out": ("class A:\n    def rotate(self): ...\ndef f(x): x.rotate()\n", {}),
    "a key stored anew": (TWO + "d = {'a': f}\nd['a'] = g\nd['a']()\n", {"main": {"main.g"}}),
    "a key stored anew, by a name": (TWO + "d = {'a': f}\nk = 'a'\nd[k] = g\nd['a']()\n", {"main": {"main.g"}}),
    "a key of an inner dictionary": (
        TWO + "d = {'a': {'b': f}}\nd['a']['b'] = g\nd['a']['b']()\n",
        {"main": {"main.g"}},
    ),
    "a key stored on one way only": (
        TWO + "d = {'a': f}\ndef h(x):\n    if x:\n        d['a'] = g\n    d['a']()\n",
        {"main.h": {"main.f", "main.g"}},
    ),
    "a key that a call may have stored": (
        TWO + "d = {}\ndef put(): d['a'] = f\nd['a'] = g\nput()\nd['a']()\n",
        {"main": {"main.put", "main.f", "main.g"}},
    ),
    "a key stored under another name": (
        TWO + "d = {}\ne = d\nd['a'] = g\ne['a'] = f\nd['a']()\n",
        {"main": {"main.f", "main.g"}},
    ),
    "a dictionary bound anew": (
        TWO + "class A: ...\na = A()\na.d = {}\na.d['k'] = f\na.d = {'k': g}\na.d['k']()\n",
        {"main": {"main.g"}},
    ),
    "an item that moves up": (TWO + "xs = [f, g]\nxs[0] = f\ndel xs[0]\nxs[0]()\n", {"main": {"main.f", "main.g"}}),
    "an item that is pushed away": (
        TWO + "xs = [f, g]\nxs.insert(0, print)\nxs[1]()\n",
        {"main": {"<**PyList**>.insert", "main.f", "main.g", "<builtin>.print"}},
    ),
    "a slice between constants": (TWO + "def h(): ...\nxs = [f, g, h][1:]\nxs[0]()\n", {"main": {"main.g"}}),
    "a slice from the end": (TWO + "xs = [f, g][:-1]\nfor x in xs: x()\n", {"main": {"main.f"}}),
    "a slice of a list that grows": (
        TWO + "xs = [f]\nxs.append(g)\nys = xs[:1]\nys[0]()\n",
        {"main": {"<**PyList**>.append", "main.f", "main.g"}},
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_callgraph(text: str, expected: dict[str, set[str]]) -> None:
    assert graph(text) == expected
