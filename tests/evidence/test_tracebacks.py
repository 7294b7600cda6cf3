"""Tracebacks out of any text, in every form that Python prints."""

from __future__ import annotations

from textwrap import dedent

import pytest

from analyzers.evidence.report import read_report

CHAINED = """
    Traceback (most recent call last):
      File "app.py", line 3, in load
        return cache[key]
               ~~~~~^^^^^
    KeyError: 'a'

    The above exception was the direct cause of the following exception:

    Traceback (most recent call last):
      File "app.py", line 9, in main
        load("a")
      File "app.py", line 5, in load
        raise LookupError(key) from error
    LookupError: a
    """

WHILE_HANDLING = """
    Traceback (most recent call last):
      File "a.py", line 1, in f
    KeyError: 'x'

    During handling of the above exception, another exception occurred:

    Traceback (most recent call last):
      File "a.py", line 4, in f
        g()
      File "b.py", line 2, in g
    TypeError
    """

GROUP = """
      + Exception Group Traceback (most recent call last):
      |   File "a.py", line 8, in <module>
      |     raise ExceptionGroup("eg", errors)
      | ExceptionGroup: eg (2 sub-exceptions)
      +-+---------------- 1 ----------------
        | Traceback (most recent call last):
        |   File "a.py", line 3, in fetch
        |     return None + 1
        | TypeError: unsupported operand
        +---------------- 2 ----------------
        | ValueError: 1
        +------------------------------------
    """

RECURSION = """
    Traceback (most recent call last):
      File "a.py", line 2, in r
        return r(n - 1)
      [Previous line repeated 996 more times]
      File "a.py", line 2, in r
    RecursionError: maximum recursion depth exceeded
    """

SYNTAX = """
      File "pkg/x.py", line 1
        a b c
          ^
    SyntaxError: invalid syntax
    """

THREAD = """
    Exception in thread Thread-7 (work):
    Traceback (most recent call last):
      File "C:\\src\\app\\w.py", line 30, in work
        job()
    RuntimeError: stop
    more log lines
    """

TASK = """
    Task exception was never retrieved
    future: <Task finished name='Task-1' coro=<main() done, defined at a.py:4> exception=ValueError('x')>
    Traceback (most recent call last):
      File "/srv/app/a.py", line 5, in main
        raise ValueError("x")
    ValueError: x
    """

LOGGED = """
    2024-03-01 10:00:00 ERROR app: Traceback (most recent call last):
    2024-03-01 10:00:00 ERROR app:   File "a.py", line 5, in main
    2024-03-01 10:00:00 ERROR app:     go()
    2024-03-01 10:00:00 ERROR app: ValueError: x
    """

MESSAGE = """
    Traceback (most recent call last):
      File "a.py", line 5, in main
    app.errors.Broken: first line
    second line

    unrelated text
    """

COLOURED = (
    '\x1b[31mTraceback (most recent call last):\x1b[0m\n  File \x1b[35m"a.py"\x1b[0m, line \x1b[35m5\x1b[0m, '
    "in \x1b[35mmain\x1b[0m\n    \x1b[1;31mgo()\x1b[0m\n\x1b[1;35mValueError\x1b[0m: \x1b[35mx\x1b[0m\n"
)

CUT_OFF = """
      File "a.py", line 5, in main
        go()

    and then somebody wrote a sentence.
    """

Expected = list[tuple[str, str, str, list[tuple[str, int, str]]]]

CASES: list[tuple[str, Expected]] = [
    (
        CHAINED,
        [
            ("KeyError", "'a'", "", [("app.py", 3, "load")]),
            ("LookupError", "a", "cause", [("app.py", 9, "main"), ("app.py", 5, "load")]),
        ],
    ),
    (
        WHILE_HANDLING,
        [
            ("KeyError", "'x'", "", [("a.py", 1, "f")]),
            ("TypeError", "", "context", [("a.py", 4, "f"), ("b.py", 2, "g")]),
        ],
    ),
    (
        GROUP,
        [
            ("ExceptionGroup", "eg (2 sub-exceptions)", "", [("a.py", 8, "<module>")]),
            ("TypeError", "unsupported operand", "member", [("a.py", 3, "fetch")]),
            ("ValueError", "1", "member", []),
        ],
    ),
    (RECURSION, [("RecursionError", "maximum recursion depth exceeded", "", [("a.py", 2, "r"), ("a.py", 2, "r")])]),
    (SYNTAX, [("SyntaxError", "invalid syntax", "", [("pkg/x.py", 1, "")])]),
    (THREAD, [("RuntimeError", "stop\nmore log lines", "", [("C:\\src\\app\\w.py", 30, "work")])]),
    (TASK, [("ValueError", "x", "", [("/srv/app/a.py", 5, "main")])]),
    (LOGGED, [("ValueError", "x", "", [("a.py", 5, "main")])]),
    (MESSAGE, [("app.errors.Broken", "first line\nsecond line", "", [("a.py", 5, "main")])]),
    (COLOURED, [("ValueError", "x", "", [("a.py", 5, "main")])]),
    (CUT_OFF, [("", "", "", [("a.py", 5, "main")])]),
    ("nothing of the kind\nValueError: perhaps\n", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_errors(text: str, expected: Expected) -> None:
    report = read_report(dedent(text).removeprefix("\n"))
    found = [
        (
            error.type,
            error.message,
            error.relation,
            [(frame.path, frame.line, frame.function) for frame in error.frames],
        )
        for failure in report.failures
        for error in failure.errors
    ]
    assert found == expected


def test_carets_mark_the_expression() -> None:
    frame = read_report(dedent(CHAINED)).failures[0].errors[0].frames[0]
    assert (frame.source, frame.marked) == ("return cache[key]", "cache[key]")


def test_a_chain_is_one_failure_and_a_thread_is_named() -> None:
    assert len(read_report(dedent(CHAINED)).failures) == 1
    assert read_report(dedent(THREAD)).failures[0].thread == "Thread-7 (work)"


@pytest.mark.parametrize("text", [CHAINED, WHILE_HANDLING, GROUP, RECURSION, SYNTAX, THREAD, TASK, LOGGED, MESSAGE])
def test_a_text_cut_anywhere_is_read_without_failing(text: str) -> None:
    whole = dedent(text)
    for end in range(0, len(whole), 3):
        read_report(whole[:end])
        read_report(whole[end:])
