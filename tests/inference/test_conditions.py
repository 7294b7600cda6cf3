"""What arguments rule out: exceptions that this call cannot provoke, and None that this call does not get back."""

from __future__ import annotations

import pytest

from tests.inference.world import analysed

RAISES = {
    "a flag left at its default": (
        "def g(strict=False):\n    if strict:\n        raise ValueError\ndef f():\n    g()\n",
        set(),
    ),
    "a flag given": (
        "def g(strict=False):\n    if strict:\n        raise ValueError\ndef f():\n    g(True)\n",
        {"ValueError"},
    ),
    "after a branch that returns": (
        "def g(x):\n    if x is not None:\n        return x\n    raise ValueError\ndef f():\n    g(1)\n",
        set(),
    ),
    "in a helper that gets the argument": (
        "def check(x):\n    if x is None:\n        raise ValueError\ndef g(x):\n    check(x)\ndef f():\n    g('a')\n",
        set(),
    ),
    "in a helper that gets something else": (
        "class E(Exception): ...\ndef check(x):\n    if x is None:\n        raise E\n"
        "def g(x):\n    check(None)\ndef f():\n    g('a')\n",
        {"E"},
    ),
    "a helper called under a test": (
        "def fail():\n    raise ValueError\ndef g(x=None):\n    if x:\n        fail()\ndef f():\n    g()\n",
        set(),
    ),
    "another class": (
        "def g(x):\n    if not isinstance(x, (str, bytes)):\n        raise TypeError\ndef f():\n    g('a')\n",
        set(),
    ),
    "one of several literals": (
        "def g(x):\n    if x not in ('a', 'b'):\n        raise ValueError\ndef f():\n    g('a')\n",
        set(),
    ),
    "none of several literals": (
        "def g(x):\n    if x not in ('a', 'b'):\n        raise ValueError\ndef f():\n    g('c')\n",
        {"ValueError"},
    ),
    "more arguments than a constructor takes": (
        "class N:\n    def __init__(self, *fields, **others):\n        if fields:\n            raise TypeError\n"
        "        if others:\n            raise TypeError\ndef f():\n    N()\n",
        set(),
    ),
    "bound anew before it is tested": (
        "def g(x=None):\n    x = x or there()\n    if x is None:\n        raise ValueError\ndef f():\n    g('a')\n",
        {"ValueError"},
    ),
    "another raise of the same type": (
        "def g(x=None):\n    if x:\n        raise ValueError\n"
        "    there()\n    if unclear():\n        raise ValueError\ndef f():\n    g()\n",
        {"ValueError"},
    ),
    "the class that this caller passes": (
        "def fail(error=ValueError):\n    raise error('x')\ndef other():\n    fail(KeyError)\ndef f():\n    fail()\n",
        {"ValueError"},
    ),
    "a class handed on": (
        "def fail(error):\n    raise error('x')\ndef g(error=ValueError):\n    fail(error)\n"
        "def other():\n    g(KeyError)\ndef f():\n    g()\n",
        {"ValueError"},
    ),
    "a generator that is only made": ("def g():\n    yield 1\n    raise ValueError\ndef f():\n    return g()\n", set()),
    "a generator that is gone through": (
        "def g():\n    yield 1\n    raise ValueError\ndef f():\n    for x in g(): ...\n",
        {"ValueError"},
    ),
    "a generator made elsewhere": (
        "def g():\n    yield 1\n    raise ValueError\ndef h():\n    return g()\ndef f():\n    return list(h())\n",
        {"ValueError"},
    ),
    "a context manager": (
        "from contextlib import contextmanager\n@contextmanager\ndef g():\n    yield 1\n    raise ValueError\n"
        "def f():\n    with g(): ...\n",
        {"ValueError"},
    ),
    "a context manager that is only made": (
        "from contextlib import contextmanager\n@contextmanager\ndef g():\n    yield 1\n    raise ValueError\n"
        "def f():\n    return g()\n",
        set(),
    ),
    "the end of an iterator": (
        "class I:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        raise StopIteration\n"
        "def f():\n    for x in I(): ...\n    next(I(), None)\n",
        set(),
    ),
    "a base class that says nothing": (
        "def rewritten() -> BaseException:\n    return there()\ndef f():\n    raise rewritten()\n",
        set(),
    ),
    "a base class beside what is raised": (
        "class Base(Exception): ...\nclass E(Base): ...\nclass C:\n    kind: type[Base] = E\n"
        "    def f(self):\n        raise self.kind()\ndef f():\n    C().f()\n",
        {"E"},
    ),
}


@pytest.mark.parametrize(("text", "expected"), RAISES.values(), ids=RAISES.keys())
def test_raises(text: str, expected: set[str]) -> None:
    record = analysed(text)["main.py:f"]
    assert {r.type for r in record.raises if r.confidence != "possible"} == expected


NONE = {
    "after a call that only raises": (
        "class C:\n    def fail(self, text):\n        raise ValueError(text)\n    def g(self, x):\n        if x:\n"
        "            return 1\n        self.fail('x')\ndef f(c: C):\n    return c.g(1)\n",
        "never",
    ),
    "after a call that is there to be overridden": (
        "class C:\n    def fail(self, text):\n        raise NotImplementedError\n    def g(self, x):\n        if x:\n"
        "            return 1\n        self.fail('x')\ndef f(c: C):\n    return c.g(1)\n",
        "sometimes",
    ),
    "a parameter that may be replaced": (
        "def g(x, more):\n    while more:\n        x = 1\n    return x\ng(None, True)\n"
        "def f():\n    return g(2, False)\n",
        "never",
    ),
    "a parameter that may be replaced by None": (
        "def g(x, more):\n    while more:\n        x = None\n    return x\ndef f():\n    return g(2, False)\n",
        "sometimes",
    ),
}


@pytest.mark.parametrize(("text", "expected"), NONE.values(), ids=NONE.keys())
def test_none(text: str, expected: str) -> None:
    assert analysed(text)["main.py:f"].returns_none == expected
