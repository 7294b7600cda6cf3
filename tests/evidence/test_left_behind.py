"""What runners leave in files: JUnit XML, the cache of last failures, coverage's data; and printed paths."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from analyzers import languages
from analyzers.evidence import coverage
from analyzers.evidence.junit import read_junit
from analyzers.evidence.last_failed import read_last_failed
from analyzers.evidence.observing import observe, placed
from analyzers.evidence.paths import Known, is_foreign
from lsp_server.coverage_file import read_coverage

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" tests="3">
<testcase classname="tests.test_a.TestA" name="test_b[1]" time="0.001">
<failure message="AssertionError: assert 3 == 2&#10; +  where 3 = f(1)">def test_b():
&gt;       assert f(1) == 2
E       AssertionError: assert 3 == 2
E        +  where 3 = f(1)

tests/test_a.py:4: AssertionError</failure></testcase>
<testcase classname="tests.test_a" name="test_c"><error message="failed on setup with &quot;OSError: no&quot;">
tests/conftest.py:3: in server
    return start()
E   OSError: no</error></testcase>
<testcase classname="tests.test_a" name="test_d" />
</testsuite></testsuites>
"""

BOMB = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>"""


def test_junit() -> None:
    report = read_junit(JUNIT)
    assert [(failure.test, failure.path, failure.phase) for failure in report.failures] == [
        ("TestA.test_b[1]", "tests/test_a.py", "call"),
        ("test_c", "tests/test_a.py", "setup"),
    ]
    assert report.failures[0].errors[0].frames[0].line == 4


@pytest.mark.parametrize("text", [BOMB, "<testsuites>", "", "{}"])
def test_junit_that_is_hostile_or_broken_is_refused_with_a_note(text: str) -> None:
    report = read_junit(text)
    assert not report.failures
    assert report.notes


def test_last_failed() -> None:
    text = json.dumps({"tests/test_a.py::TestA::test_b[x::y]": True, "tests/test_c.py": True})
    assert read_last_failed(text) == [("tests/test_a.py", "TestA.test_b[x::y]"), ("tests/test_c.py", "")]
    assert read_last_failed("[1") == read_last_failed("[]") == []


def test_coverage_numbits() -> None:
    assert coverage.unpack(bytes([0b00000010, 0b10000001])) == {1, 8, 15}
    assert coverage.unpack(b"") == frozenset()


def test_coverage_json_with_contexts() -> None:
    text = json.dumps(
        {"files": {"src/a.py": {"executed_lines": [1, 2, 9], "contexts": {"2": ["", "tests/test_a.py::test_b|run"]}}}}
    )
    (found,) = coverage.read_json(text)
    assert (found.path, found.lines) == ("src/a.py", {1, 2, 9})
    assert coverage.tests_of_span(found, 1, 3) == ["tests/test_a.py::test_b|run"]
    assert coverage.tests_of_span(found, 4, 9) == []
    assert coverage.read_json("null") == []


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("tests/test_a.py::TestA::test_b[a|b]|run", ("tests/test_a.py", "TestA.test_b[a|b]")),
        ("tests.test_a.TestA.test_b", ("", "tests.test_a.TestA.test_b")),
        ("", None),
    ],
)
def test_contexts(context: str, expected: tuple[str, str] | None) -> None:
    assert coverage.test_of_context(context) == expected


PATHS = ["src/app/core.py", "src/app/util/core.py", "tests/test_core.py", "setup.py", "lib/x/setup.py"]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("src/app/core.py", "src/app/core.py"),
        ("./src/app/core.py", "src/app/core.py"),
        ("/home/me/project/src/app/core.py", "src/app/core.py"),
        ("C:\\work\\src\\app\\core.py", "src/app/core.py"),
        ("\\\\host\\share\\SRC\\App\\core.py", "src/app/core.py"),
        ("file:///srv/src/app/core.py", "src/app/core.py"),
        ("/usr/src/container/app/core.py", "src/app/core.py"),
        ("/opt/app/util/core.py", "src/app/util/core.py"),
        ("core.py", None),
        ("/somewhere/else/core.py", None),
        ("/x/tests/test_core.py", "tests/test_core.py"),
        ("test_core.py", "tests/test_core.py"),
        ("/y/setup.py", "setup.py"),
        ("/x/setup.py", None),
        ("/venv/lib/python3.11/site-packages/app/core.py", None),
        ("/usr/lib/python3.11/core.py", None),
        ("<frozen importlib._bootstrap>", None),
        ("", None),
    ],
)
def test_printed_paths(printed: str, expected: str | None) -> None:
    assert Known(PATHS).find(printed) == expected


def test_a_path_under_the_root_needs_no_guessing() -> None:
    known = Known(["venv/lib/python3.11/site-packages/a.py", "core.py", "x/core.py"])
    assert known.find("/w/core.py", "/w") == "core.py"
    assert known.find("/w/venv/lib/python3.11/site-packages/a.py", "/w") == "venv/lib/python3.11/site-packages/a.py"
    assert is_foreign("/w/.tox/py311/a.py")


def data_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """
            create table file (id integer primary key, path text);
            create table context (id integer primary key, context text);
            create table line_bits (file_id integer, context_id integer, numbits blob);
            create table arc (file_id integer, context_id integer, fromno integer, tono integer);
            insert into file values (1, '/w/src/a.py'), (2, '/w/src/b.py');
            insert into context values (1, ''), (2, 'tests/test_a.py::test_b|run');
            insert into line_bits values (1, 1, x'02'), (1, 2, x'0c');
            insert into arc values (2, 2, -1, 4), (2, 2, 4, -1);
            """
        )
        database.commit()


def test_coverage_data_file(tmp_path: Path) -> None:
    data_file(tmp_path / ".coverage")
    lines, branches = read_coverage(tmp_path / ".coverage")
    assert (lines.path, lines.lines) == ("/w/src/a.py", {1, 2, 3})
    assert lines.contexts == {"tests/test_a.py::test_b|run": {2, 3}}
    assert branches.lines == {4}


def test_a_missing_or_foreign_coverage_file_gives_nothing(tmp_path: Path) -> None:
    assert read_coverage(tmp_path / ".coverage") == []
    (tmp_path / ".coverage").write_bytes(b"!coverage.py: This is a private format")
    assert read_coverage(tmp_path / ".coverage") == []


MEASURED = b"""import os


@cached
def f(a,
      b):
    \'\'\'What it is for.\'\'\'
    if a:
        return g(
            b,
        )
    else:
        b = 1
    if b:  # pragma: no cover
        os.abort()
    return b


def g(b):
    return b
"""


def test_what_was_seen_of_a_symbol() -> None:
    ran = coverage.FileCoverage(
        "/w/a.py",
        frozenset({1, 4, 5, 8, 13, 16, 19}),
        {"": frozenset({1, 4, 5, 19}), "tests/test_a.py::test_b[1]|run": frozenset({8, 13, 16})},
    )
    python = languages.for_path("a.py")
    assert python is not None
    found = observe("a.py", python.facts(MEASURED), MEASURED, Known(["a.py", "tests/test_a.py"]), ran)
    digest, f = found["f"]
    assert digest
    assert [(seen.path, seen.name) for seen in f.tests] == [("tests/test_a.py", "test_b")]
    assert (f.measured, f.contexts, f.lines_run) == (True, True, 3)
    # Three lines further down than when it was measured.
    start = MEASURED.index(b"@cached")
    (missed,) = placed(f, start + 30, 6).lines_missed
    assert (missed.line, missed.start) == (12, MEASURED.index(b"return g(") + 30)
    g = found["g"][1]
    assert (g.tests, g.lines_run, len(g.lines_missed)) == ((), 0, 1)
