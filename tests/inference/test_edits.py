"""After any edits the records are those of an analysis that has seen only the last texts.

Programs are put together from lines at random, with a fixed seed; functions call each other in circles, hold lists,
inherit, raise and return None, so that what an edit takes away has been everywhere before.

What functions return may differ in one case, and is left out: where functions of several files return each other's
results in a circle, each says what the others say, and a value that an edit has taken away may stay among them.
"""

from __future__ import annotations

import random

import pytest

from analyzers.inference.analysis import Analysis
from analyzers.records import Record

BUILTINS = b"""
class object: ...
class type: ...
class str: ...
class int: ...
class bool: ...
class list: ...
class tuple: ...
class dict: ...
class BaseException: ...
class Exception(BaseException): ...
class AttributeError(Exception): ...
class KeyError(Exception): ...
class ValueError(Exception): ...
class TypeError(Exception): ...
class IndexError(Exception): ...
"""

PATHS = ("a.py", "b.py", "c.py")

STATEMENTS = (
    "return {other}(x)",
    "return None",
    "return [{other}]",
    "raise ValueError(x)",
    "try:\n        {other}(x)\n    except ValueError:\n        return 1",
    "y = {cls}()\n    return y.m(x)",
    "y = {{'a': {other}}}\n    return y['a'](x)",
    "for f in [{other}, {third}]:\n        f(x)",
    "return {cls}().field",
    "x.m(1)",
    "return {cls}",
)


def program(rng: random.Random) -> dict[str, str]:
    """Three modules with two functions and one class each."""
    return {path: module(rng, path) for path in PATHS}


def module(rng: random.Random, path: str) -> str:
    own = path.removesuffix(".py")
    others = [p.removesuffix(".py") for p in PATHS if p != path]
    lines = [f"import {name}" for name in others]
    functions = [f"{m}.{f}" for m in others for f in ("f", "g")] + ["f", "g"]
    classes = [f"{m}.C" for m in others] + ["C"]

    def body() -> str:
        text = rng.choice(STATEMENTS)
        return text.format(other=rng.choice(functions), third=rng.choice(functions), cls=rng.choice(classes))

    base = rng.choice(["", f"({others[0]}.C)" if own == "c" else ""])
    lines += [f"class C{base}:", f"  def __init__(self, x=None):\n    self.field = {rng.choice(functions)}"]
    lines += [f"  def m(self, x):\n    {body()}"]
    lines += [f"def f(x):\n    {body()}", f"def g(x):\n    {body()}", f"TABLE = {{'k': {rng.choice(['f', 'g', 'C'])}}}"]
    return "\n".join(lines) + "\n"


def read_library(name: str) -> tuple[str, bytes] | None:
    """A few built-ins, so that many programs can be analysed in no time."""
    return ("builtins.pyi", BUILTINS) if name == "builtins" else None


def analysis_of(texts: dict[str, str]) -> Analysis:
    analysis = Analysis(read_library)
    analysis.begin(PATHS, {})
    for path, text in texts.items():
        analysis.update(path, text.encode())
    assert analysis.run(lambda: False)
    analysis.settled()
    return analysis


def compared(record: Record) -> dict[str, object]:
    """What must be equal; of exceptions, which and how surely: between two equally long ways either may be told."""
    same = {name: getattr(record, name) for name in ("callers", "callees", "tests", "passed", "changes", "overrides")}
    return {**same, "raises": {(r.type, r.confidence) for r in record.raises}, "depends": record.depends}


def everything(analysis: Analysis) -> dict[str, Record]:
    return {f"{path}:{r.name}": r for path in PATHS for r in analysis.records(path)}


@pytest.mark.parametrize("seed", range(12))
def test_edits_come_to_the_same_as_a_fresh_start(seed: int) -> None:
    rng = random.Random(seed)
    texts = program(rng)
    analysis = analysis_of(texts)
    for _ in range(4):
        path = rng.choice(PATHS)
        texts[path] = module(rng, path)
        analysis.update(path, texts[path].encode())
        assert analysis.run(lambda: False)
        assert analysis.settled()[0] == path
        fresh = everything(analysis_of(texts))
        found = everything(analysis)
        assert found.keys() == fresh.keys()
        for name, record in fresh.items():
            assert compared(found[name]) == compared(record), f"{name}\n{texts}"
