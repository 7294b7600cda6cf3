"""The scorer's rules, on recordings small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.truth import callgraph
from benchmarks.truth.score import is_test, parse_key, score

NOTHING = {"callers": [], "escaped": [], "own_raise": [], "none": False, "value": False, "tests": []}
TRUTH = {
    "pkg/a.py::f@10": {
        **NOTHING,
        "callers": [["pkg/b.py::g@1", 3], ["pkg/b.py::C.m@5", 7], ["tests/test_a.py::test_f@1", 2]],
        "escaped": [["FileNotFoundError", ["FileNotFoundError", "OSError", "Exception", "BaseException", "object"]]],
        "none": True,
        "value": True,
        "tests": ["tests/test_a.py::test_f@1"],
    },
    # A property's getter and setter share a name; the recorded line is the decorator's.
    "pkg/b.py::C.p@20": {**NOTHING, "value": True},
    "pkg/b.py::C.p@30": {**NOTHING, "none": True},
    "pkg/b.py::g@1": NOTHING,
    "pkg/b.py::C.m@5": {**NOTHING, "value": True},
    "pkg/b.py::h.<locals>.inner@40": NOTHING,
    "tests/test_a.py::test_f@1": NOTHING,
}


def row(path: str, name: str, line: int, **said: object) -> dict[str, object]:
    return {"path": path, "name": name, "kind": "function", "line": line, **said}


def caller(path: str, name: str, confidence: str) -> dict[str, object]:
    return {"path": path, "name": name, "line": 1, "confidence": confidence}


ROWS = [
    row(
        "pkg/a.py",
        "f",
        10,
        callers=[
            caller("pkg/b.py", "g", "certain"),
            caller("pkg/b.py", "h.inner", "likely"),
            caller("pkg/b.py", "never_ran", "possible"),
            caller("tests/test_a.py", "test_f", "certain"),
        ],
        raises=[{"type": "builtins.OSError", "confidence": "likely"}],
        returns_none="never",
        tests=[{"path": "tests/test_a.py", "name": "test_f", "confidence": "likely"}],
    ),
    row("pkg/b.py", "C.p", 21, returns_none="never"),
    row("pkg/b.py", "C.p", 31, returns_none="always"),
    row("pkg/b.py", "C.m", 5, returns_none="sometimes"),
]


def test_callers_are_judged_outside_tests_and_among_what_ran() -> None:
    callers = score(ROWS, TRUTH).callers
    assert (callers["certain"].recall, callers["certain"].share, callers["certain"].given) == (0.5, 1.0, 1)
    assert (callers["likely"].recall, callers["likely"].share, callers["likely"].given) == (0.5, 0.5, 2)
    assert callers["possible"] == callers["likely"]


def test_an_ancestor_of_what_escaped_counts_half() -> None:
    raises = score(ROWS, TRUTH).raises
    assert (raises["certain"].recall, raises["certain"].given) == (0.0, 0)
    assert (raises["likely"].recall, raises["likely"].share) == (0.5, 1.0)


def test_none_is_judged_where_both_were_seen() -> None:
    none = score(ROWS, TRUTH).none
    assert (none.recall, none.of, none.never_and_wrong) == (0.0, 1, 1)
    assert (none.said_without_need, none.of_values, none.unknown) == (1, 2, 0)


def test_the_nearest_row_is_taken_and_tests_are_found() -> None:
    scores = score(ROWS, TRUTH)
    assert (scores.ran, scores.found) == (6, 4)
    assert (scores.tests.recall, scores.tests.share) == (1.0, 1.0)


def test_keys_and_test_files() -> None:
    assert parse_key("a/b.py::f.<locals>.g@3") == ("a/b.py", "f.g", 3)
    assert [is_test(path) for path in ("tests/x.py", "conftest.py", "a/test_b.py", "a/testing.py", "a/b.py")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_call_graphs_are_judged_by_their_edges(tmp_path: Path) -> None:
    data = tmp_path / "cases.jsonl"
    data.write_text('{"case": "one", "files": {"d/main.py": "f()"}, "callgraph": {"main": ["main.f"], "main.f": []}}\n')
    cases = callgraph.load(data)
    written = callgraph.analyse(cases, lambda folder: {"main": [folder.joinpath("d/main.py").read_text()]})
    assert written == [{"main": ["f()"]}]
    right = callgraph.score(cases, [{"main": ["main.f"]}])
    assert (right.precision, right.recall, right.exact) == (1.0, 1.0, 1)
    wrong = callgraph.score(cases, [{"main": ["main.f", "main.g"]}])
    assert (wrong.precision, wrong.recall) == (0.5, pytest.approx(1.0))
    assert wrong.inexact == {"one": ([], ["main -> main.g"])}
