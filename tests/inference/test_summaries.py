"""What leaves a function: exceptions, None, and the tests that reach it."""

from __future__ import annotations

import pytest

from analyzers.graph import lookup_digest
from tests.fixture import fixture
from tests.inference.world import analysed
from tests.workspace import Workspace

RAISES = {
    "its own": ("def f():\n    raise ValueError\n", {"ValueError"}),
    "caught": ("def f():\n    try:\n        raise ValueError\n    except ValueError: ...\n", set()),
    "caught by a base class": ("def f():\n    try:\n        raise KeyError\n    except LookupError: ...\n", set()),
    "not caught by a subclass": (
        "def f():\n    try:\n        raise LookupError\n    except KeyError: ...\n",
        {"LookupError"},
    ),
    "raised again": (
        "def f():\n    try:\n        raise ValueError\n    except ValueError:\n        raise\n",
        {"ValueError"},
    ),
    "replaced": (
        "class E(Exception): ...\ndef f():\n    try:\n        int('x')\n    except ValueError:\n        raise E\n",
        {"E"},
    ),
    "a callee's": ("def g():\n    raise ValueError\ndef f():\n    g()\n", {"ValueError"}),
    "a callee's, suppressed": (
        "from contextlib import suppress\ndef g():\n    raise ValueError\n"
        "def f():\n    with suppress(ValueError):\n        g()\n",
        set(),
    ),
    "made by a helper": ("def e():\n    return ValueError('x')\ndef f():\n    raise e()\n", {"ValueError"}),
}


@pytest.mark.parametrize(("text", "expected"), RAISES.values(), ids=RAISES.keys())
def test_raises(text: str, expected: set[str]) -> None:
    record = analysed(text)["main.py:f"]
    assert {r.type for r in record.raises if r.confidence != "possible"} == expected


NONE = {
    "falls off its end": ("def f(): ...\n", "always"),
    "two returns": ("def f(x):\n    if x:\n        return 1\n    return None\n", "sometimes"),
    "dict.get": ("def f(k):\n    d = {'a': 1}\n    return d.get(k)\n", "sometimes"),
    "dict.get with a default": ("def f():\n    d = {'a': 1}\n    return d.get('b', 2)\n", "never"),
    "re.match": ("import re\ndef f(s: str):\n    return re.match('a', s)\n", "sometimes"),
    "a callee's": ("def g(x):\n    if x:\n        return 1\ndef f():\n    return g(1)\n", "sometimes"),
    "narrowed": ("def f(x=None):\n    if x is None:\n        x = 1\n    return x\nf(2)\n", "never"),
    "always raises": ("def f():\n    raise ValueError\n", "unknown"),
    "a string": ("def f(): return 'x'.strip()\n", "never"),
    "the larger of two numbers": ("def f(x):\n    return max(0, min(x, 9))\nf(3)\n", "never"),
    "the largest of none": ("def f(x):\n    return max(x, default=None)\nf([3])\n", "sometimes"),
    "a generator": ("def f():\n    yield None\n", "never"),
    "unknown, declared": ("import there\ndef f() -> str:\n    return there.g()\n", "never"),
    "unknown, declared in quotes": ("import there\ndef f() -> 'list[int]':\n    return there.g()\n", "never"),
    "unknown, declared to be optional": ("import there\ndef f() -> int | None:\n    return there.g()\n", "sometimes"),
    "unknown, declared to be anything": (
        "import there\nfrom typing import Any\ndef f() -> Any:\n    return there.g()\n",
        "unknown",
    ),
    "declared, and found to be otherwise": ("def f(x) -> int:\n    if x:\n        return 1\nf(1)\n", "sometimes"),
    "a bounded type variable": (
        "import there\nfrom typing import TypeVar\nT = TypeVar('T', bound=str)\n"
        "def f(x: T) -> T:\n    return there.g()\n",
        "never",
    ),
    "a bare type variable": (
        "import there\nfrom typing import TypeVar\nT = TypeVar('T')\ndef f(x: T) -> T:\n    return there.g()\n",
        "unknown",
    ),
}


@pytest.mark.parametrize(("text", "expected"), NONE.values(), ids=NONE.keys())
def test_none(text: str, expected: str) -> None:
    assert analysed(text)["main.py:f"].returns_none == expected


def test_a_change_takes_back_what_the_file_no_longer_says() -> None:
    """Records after an edit are those of a program that was never otherwise."""
    from analyzers.inference.analysis import Analysis
    from tests.inference.world import callers, read_library

    analysis = Analysis(read_library)
    analysis.begin(["a.py", "b.py"], {})
    analysis.update("a.py", b"class A:\n    def m(self): ...\nclass B:\n    def m(self): ...\ndef make(): return A()\n")
    analysis.update("b.py", b"from a import make\ndef g(): make().m()\n")
    analysis.run(lambda: False)
    analysis.settled()
    analysis.update("a.py", b"class A:\n    def m(self): ...\nclass B:\n    def m(self): ...\ndef make(): return B()\n")
    analysis.run(lambda: False)
    assert "a.py" in analysis.settled()
    found = {record.name: callers(record) for record in analysis.records("a.py")}
    assert found["A.m"] == set()
    assert found["B.m"] == {"g"}


@pytest.mark.parametrize(
    "text",
    [
        "#- /a.py\nclass Base: ...\n#- /b.py\nfrom a import Base as B, Base\nclass Sub(Base): ...\nB()\n",
        "#- /a.js\nexport function run() {}\nexport default run;\n"
        "#- /b.js\nimport it from './a.js';\nimport { run as go } from './a.js';\nit(); go();\n",
    ],
    ids=["subclasses and aliases", "default exports"],
)
def test_what_a_record_looked_up_is_what_a_reader_finds(text: str) -> None:
    """Both count calls for themselves; where they counted differently, answers were stale as soon as they were made."""
    workspace = Workspace(fixture(text).files)
    looked_up = [it for record in analysed(text).values() for it in record.depends if it.kind == "lookup"]
    assert looked_up
    for each in looked_up:
        assert each.digest == lookup_digest(each.name, workspace), each.name


@pytest.mark.parametrize(("separator", "expected"), [("'.'", set()), ("''", {"ValueError", "TypeError"})])
def test_a_separator_that_is_written_there_is_no_empty_text(separator: str, expected: set[str]) -> None:
    record = analysed(f"def f(x: str):\n    return x.split({separator})\nf('a')\n")["main.py:f"]
    assert {each.type for each in record.raises} == expected
