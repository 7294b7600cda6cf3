"""Promises in JavaScript: what is thrown, what is rejected, what handlers stop of it, and what nobody waits for."""

from __future__ import annotations

import pytest

from analyzers.records import Record
from tests.inference.world import analysed

LOAD = "class E extends Error {}\nasync function load(p) { if (!p) throw new E(p); return p; }\n"
"""An asynchronous function that may be rejected; the cases call it in `f`."""

LATER = """function load(p) {
  return new Promise((resolve, reject) => setTimeout(() => (p ? resolve(p) : reject(new RangeError())), 1));
}
"""

LEAVES = {
    "an asynchronous function": (LOAD + "async function f() { return await load(x); }", {"rejects E"}),
    "a function that returns a promise": (LOAD + "function f() { return load(x); }", {"rejects E"}),
    "a function that throws before": ("function f() { throw new RangeError(); return load(); }", {"throws RangeError"}),
    "awaited in a try": (LOAD + "async function f() { try { await load(x); } catch { } }", set()),
    "not awaited in a try": (LOAD + "async function f() { try { return load(x); } catch { } }", {"rejects E"}),
    "a plain function's try": (LOAD + "function f() { try { return load(x); } catch { } }", {"rejects E"}),
    "a promise's catch": (LOAD + "function f() { return load(x).then((x) => x).catch(() => 1); }", set()),
    "what then throws": ("function f(p) { return p.then(() => { throw new RangeError(); }); }", {"rejects RangeError"}),
    "what catch throws": (
        LOAD + "function f() { return load(x).catch(() => { throw new RangeError(); }); }",
        {"rejects RangeError"},
    ),
    "thrown before a promise's catch": (
        "function g() { throw new RangeError(); }\nfunction f() { return g().catch(() => 1); }",
        {"throws RangeError"},
    ),
    "dropped": (LOAD + "function f() { load(x); }", set()),
    "a timer": ("function f() { setTimeout(() => { throw new RangeError(); }, 1); }", set()),
    "reject": (LATER + "async function f() { await load(x); }", {"rejects RangeError"}),
    "reject, returned": (LATER + "const f = () => load(x);", {"rejects RangeError"}),
    "an executor that throws": (
        "function f() { return new Promise(() => { throw new E2(); }); }\nclass E2 {}",
        {"rejects E2"},
    ),
    "all of several": (LOAD + "async function f(x) { await Promise.all([load(x), x]); }", {"rejects E"}),
    "all of a list": (LOAD + "async function f(x) { await Promise.all(x.map((p) => load(p))); }", {"rejects E"}),
}


@pytest.mark.parametrize(("text", "expected"), LEAVES.values(), ids=LEAVES.keys())
def test_what_leaves(text: str, expected: set[str]) -> None:
    raised = [r for r in record(text).raises if r.confidence != "possible"]
    assert {f"{'rejects' if r.rejects else 'throws'} {r.type}" for r in raised} == expected


LOOSE = {
    "dropped": (LOAD + "function f() { load(x); }", "`load` is not awaited, and nothing handles the promise"),
    "dropped after then": (LOAD + "function f() { load(x).then((x) => x); }", "is not awaited, and nothing handles"),
    "dropped in a try": (LOAD + "function f() { try { load(x); } catch { } }", "the `catch` around it does not see"),
    "dropped behind a test": (LOAD + "function f(x) { x && load(x); }", "is not awaited"),
    "a promise made there": (LATER + "function f() { load(x); }", "rejected with `RangeError`"),
    "returned out of a try": (
        LOAD + "async function f() { try { return load(x); } catch { } }",
        "it is returned without `await`",
    ),
    "a condition": (LOAD + "function f() { if (load(x)) return 2; }", "`load(x)` is a promise that nobody awaits"),
    "whether there is a promise": (
        LOAD
        + "class A { constructor() { this.p = load(x); } }\nfunction f() { const a = new A(); if (a.p) return 2; }",
        "",
    ),
    "not a promise": (LOAD + "function f() { return !load(x); }", "`load(x)` is a promise that nobody awaits"),
    "filter": (LOAD + "function f(x) { return x.filter(async (p) => await load(p)); }", "`filter` does not await"),
    "forEach": (
        LOAD + "function f(x) { x.forEach(async (p) => { await load(p); }); }",
        "`forEach` waits for no promise",
    ),
    "in a callback": (LOAD + "function f() { setTimeout(() => { load(x); }, 1); }", "is not awaited"),
    "awaited": (LOAD + "async function f() { await load(x); }", ""),
    "returned": (LOAD + "async function f() { return load(x); }", ""),
    "returned, with only a finally": (LOAD + "async function f() { try { return load(x); } finally { g(); } }", ""),
    "returned to a plain function's caller": (LOAD + "function f() { try { return load(x); } catch { } }", ""),
    "meant": (LOAD + "function f() { void load(x); }", ""),
    "handled": (LOAD + "function f() { load(x).catch(console.error); }", ""),
    "handled by then": (LOAD + "function f() { load(x).then(() => 1, () => 2); }", ""),
    "handled and cleaned up": (LOAD + "function f() { load(x).catch(() => 1).finally(() => 2); }", ""),
    "stored": (LOAD + "async function f() { const p = load(x); await p; }", ""),
    "passed on": (LOAD + "async function f(x) { x.push(load(x)); }", ""),
    "all of several": (LOAD + "async function f() { await Promise.all([load(x), load(y)]); }", ""),
    "map": (LOAD + "function f(x) { return x.map(async (p) => await load(p)); }", ""),
    "what may be a promise": (LOAD + "function f(x) { const p = x ? load(x) : 1; if (p) return 2; }", ""),
    "what is never rejected": ("async function load() { return 1; }\nfunction f() { load(); }", ""),
    "what handles its own": (
        LOAD + "async function safe() { try { await load(x); } catch { } }\nfunction f() { safe(); }",
        "",
    ),
}


@pytest.mark.parametrize(("text", "expected"), LOOSE.values(), ids=LOOSE.keys())
def test_what_nobody_waits_for(text: str, expected: str) -> None:
    found = [way.text for way in record(text).loose]
    assert len(found) == bool(expected)
    assert all(expected in each for each in found)


def test_python_runs_nothing_before_it_awaits() -> None:
    found = analysed(
        "#- /a.py\nasync def g(): raise KeyError\ndef f():\n    try:\n        g()\n    except KeyError: pass"
    )
    assert not found["a.py:f"].loose
    assert not any(raised.rejects for raised in found["a.py:g"].raises)


def test_who_catches_a_rejection() -> None:
    found = analysed(
        "//- /main.js\n" + LOAD + "async function no() { try { load(x); } catch { } }\n"
        "async function yes() { try { await load(x); } catch { } }\nfunction also() { load(x).catch(() => 1); }"
    )
    assert [each.by for each in found["main.js:load"].caught] == ["yes", "also"]


def record(text: str) -> Record:
    """The record of the function `f`."""
    return analysed(f"//- /main.js\n{text}")["main.js:f"]
