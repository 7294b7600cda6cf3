"""What pytest and unittest print, in each of their styles, cut into failures."""

from __future__ import annotations

from textwrap import dedent

import pytest

from analyzers.evidence.report import read_report

LONG = """
    ============================= test session starts ==============================
    collected 2 items

    tests/test_a.py F.                                                       [100%]

    =================================== FAILURES ===================================
    ______________________________ TestA.test_b[x-1] _______________________________

    self = <tests.test_a.TestA object at 0x7f90b790c950>, value = None

        def test_b(self, value):
    >       assert outer(value) == 2
                   ^^^^^^^^^^^^

    tests/test_a.py:10:
    _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    value = None

        def outer(value):
    >       raise app.errors.Broken("no value")
    E       app.errors.Broken: no value

    src/app/core.py:5: Broken
    ----------------------------- Captured stdout call -----------------------------
    Traceback (most recent call last):
      File "nothing.py", line 1, in printed
    ValueError: printed by the test
    =========================== short test summary info ============================
    FAILED tests/test_a.py::TestA::test_b[x-1] - app.errors.Broken: no value
    ========================= 1 failed, 1 passed in 0.02s ==========================
    """

ASSERTION = """
    =================================== FAILURES ===================================
    ____________________________________ test_c ____________________________________

        def test_c():
    >       assert f(1) == [2]
    E       assert [3] == [2]
    E        +  where [3] = f(1)

    tests/test_a.py:4: AssertionError
    """

SHORT = """
    =================================== FAILURES ===================================
    ____________________________________ test_c ____________________________________
    tests/test_a.py:10: in test_c
        assert f(1) == 2
    C:\\work\\src\\app\\core.py:5: in f
        return g(x)
               ^^^^
    E   TypeError: g() missing 1 required positional argument: 'y'
    """

NATIVE = """
    =================================== FAILURES ===================================
    ________________ test_c[cut,\\tgit,sed\\n] ________________
    Traceback (most recent call last):
      File "tests/test_a.py", line 10, in test_c
        assert f(1) == 2
    AssertionError: assert 3 == 2
     +  where 3 = f(1)
    =========================== 1 failed in 0.04 seconds ===========================
    """

CHAINED = """
    =================================== FAILURES ===================================
    ____________________________________ test_c ____________________________________
    app.py:3: in load
        return cache[key]
    E   KeyError: 'a'

    The above exception was the direct cause of the following exception:
    tests/test_a.py:10: in test_c
        load("a")
    app.py:5: in load
        raise LookupError(key) from error
    E   LookupError: a
    """

LINE = """
    =================================== FAILURES ===================================
    /srv/tests/test_a.py:10: AssertionError: assert 3 == 2
    =========================== short test summary info ============================
    """

SUMMARY_ONLY = """
    FAILED tests/test_a.py::TestA::test_b[x] - ValueError: nothing here
    ERROR tests/test_b.py - ModuleNotFoundError: No module named 'x'
    """

SETUP_ERROR = """
    ==================================== ERRORS ====================================
    ________________________ ERROR at setup of TestA.test_b ________________________
    tests/conftest.py:3: in server
        return start()
    E   OSError: port in use
    """

COLLECTION = """
    ==================================== ERRORS ====================================
    ______________________ ERROR collecting tests/test_a.py ________________________
    ImportError while importing test module '/srv/tests/test_a.py'.
    Hint: make sure your test modules/packages have valid Python names.
    Traceback:
    tests/test_a.py:1: in <module>
        from app import missing
    E   ImportError: cannot import name 'missing' from 'app' (/srv/app/__init__.py)
    """

HEADLESS = """
    ____________________ test_not_file[test6] _____________________________
    Traceback (most recent call last):
      File "tests/test_a.py", line 181, in test_not_file
        assert not match(x)
    AssertionError: assert not True
    """

UNITTEST = """
    F.E
    ======================================================================
    ERROR: test_load (tests.test_core.TestCore.test_load)
    Loads the thing.
    ----------------------------------------------------------------------
    Traceback (most recent call last):
      File "/srv/tests/test_core.py", line 12, in test_load
        load(None)
      File "/srv/app/core.py", line 4, in load
        return x.y
    AttributeError: 'NoneType' object has no attribute 'y'

    ======================================================================
    FAIL: test_sum (tests.test_core.TestCore) (n=3)
    ----------------------------------------------------------------------
    Traceback (most recent call last):
      File "/srv/tests/test_core.py", line 20, in test_sum
        self.assertEqual(total([1]), 2)
    AssertionError: 1 != 2

    ----------------------------------------------------------------------
    Ran 3 tests in 0.001s

    FAILED (failures=1, errors=1)
    """

UNITTEST_LOADER = """
    ======================================================================
    ERROR: tests.test_core (unittest.loader._FailedTest)
    ----------------------------------------------------------------------
    ImportError: Failed to import test module: tests.test_core
    Traceback (most recent call last):
      File "/usr/lib/python3.11/unittest/loader.py", line 419, in _find_test_path
        module = self._get_module_from_name(name)
      File "/srv/tests/test_core.py", line 1, in <module>
        import app.missing
    ModuleNotFoundError: No module named 'app.missing'


    ----------------------------------------------------------------------
    Ran 1 test in 0.000s
    """

Expected = list[tuple[str, str, str, str, list[tuple[str, int, str]]]]

CASES: dict[str, tuple[str, Expected]] = {
    "long": (
        LONG,
        [
            (
                "TestA.test_b[x-1]",
                "tests/test_a.py",
                "call",
                "app.errors.Broken",
                [("tests/test_a.py", 10, "test_b"), ("src/app/core.py", 5, "outer")],
            )
        ],
    ),
    "assertion": (ASSERTION, [("test_c", "", "call", "AssertionError", [("tests/test_a.py", 4, "test_c")])]),
    "short": (
        SHORT,
        [
            (
                "test_c",
                "",
                "call",
                "TypeError",
                [("tests/test_a.py", 10, "test_c"), ("C:\\work\\src\\app\\core.py", 5, "f")],
            )
        ],
    ),
    "native": (
        NATIVE,
        [("test_c[cut,\\tgit,sed\\n]", "", "call", "AssertionError", [("tests/test_a.py", 10, "test_c")])],
    ),
    "chained": (
        CHAINED,
        [("test_c", "", "call", "LookupError", [("tests/test_a.py", 10, "test_c"), ("app.py", 5, "load")])],
    ),
    "line": (LINE, [("", "/srv/tests/test_a.py", "call", "AssertionError", [("/srv/tests/test_a.py", 10, "")])]),
    "no": (
        SUMMARY_ONLY,
        [
            ("TestA.test_b[x]", "tests/test_a.py", "call", "ValueError", []),
            ("", "tests/test_b.py", "collect", "ModuleNotFoundError", []),
        ],
    ),
    "setup": (SETUP_ERROR, [("TestA.test_b", "", "setup", "OSError", [("tests/conftest.py", 3, "server")])]),
    "collection": (
        COLLECTION,
        [("", "tests/test_a.py", "collect", "ImportError", [("tests/test_a.py", 1, "<module>")])],
    ),
    "headless": (
        HEADLESS,
        [("test_not_file[test6]", "", "call", "AssertionError", [("tests/test_a.py", 181, "test_not_file")])],
    ),
    "unittest": (
        UNITTEST,
        [
            (
                "TestCore.test_load",
                "tests/test_core.py",
                "call",
                "AttributeError",
                [("/srv/tests/test_core.py", 12, "test_load"), ("/srv/app/core.py", 4, "load")],
            ),
            (
                "TestCore.test_sum(n=3)",
                "tests/test_core.py",
                "call",
                "AssertionError",
                [("/srv/tests/test_core.py", 20, "test_sum")],
            ),
        ],
    ),
    "unittest loader": (
        UNITTEST_LOADER,
        [
            (
                "tests.test_core",
                "",
                "collect",
                "ModuleNotFoundError",
                [
                    ("/usr/lib/python3.11/unittest/loader.py", 419, "_find_test_path"),
                    ("/srv/tests/test_core.py", 1, "<module>"),
                ],
            )
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_failures(name: str) -> None:
    text, expected = CASES[name]
    found = [
        (
            failure.test,
            failure.path,
            failure.phase,
            failure.errors[-1].type,
            [(frame.path, frame.line, frame.function) for frame in failure.errors[-1].frames],
        )
        for failure in read_report(dedent(text)).failures
    ]
    assert found == expected


def test_introspection_is_kept_without_its_margin() -> None:
    failure = read_report(dedent(ASSERTION)).failures[0]
    assert [line.strip() for line in failure.details] == ["assert [3] == [2]", "+  where [3] = f(1)"]


def test_the_kinds_of_printed_arguments_are_kept_and_their_values_are_not() -> None:
    frames = read_report(dedent(LONG)).failures[0].errors[0].frames
    assert [(local.name, local.kind) for local in frames[0].locals] == [("self", "TestA")]
    assert [(local.name, local.kind) for local in frames[1].locals] == [("value", "None")]


def test_both_errors_of_a_chain_are_kept() -> None:
    errors = read_report(dedent(CHAINED)).failures[0].errors
    assert [(error.type, error.relation) for error in errors] == [("KeyError", ""), ("LookupError", "cause")]


@pytest.mark.parametrize("name", CASES)
def test_a_report_cut_anywhere_is_read_without_failing(name: str) -> None:
    text = dedent(CASES[name][0])
    for end in range(0, len(text), 7):
        read_report(text[:end])
        read_report(text[end:])
