"""What real runs of one small failing project printed, in every style, and what `forethought explain` makes of it.

The outputs in `transcripts` are the runners' own, with other folders and without pytest's list of warnings.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.explain import explain
from tests.fixture import fixture

TRANSCRIPTS = Path(__file__).parent / "transcripts"

PROJECT = """
#- /app/__init__.py
#- /app/core.py
import asyncio
import threading


def broken(x):
    return x["missing"]


def gather_errors():
    errors = []
    for value in (1, 2):
        try:
            fail(value)
        except ValueError as error:
            errors.append(error)
    raise ExceptionGroup("several", errors)


def fail(value):
    raise ValueError(f"bad {value}")


async def work():
    await asyncio.sleep(0)
    return broken({})


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())


def in_thread():
    thread = threading.Thread(target=broken, args=({},))
    thread.start()
    thread.join()


def total(values):
    \"\"\"
    >>> total([1])
    3
    \"\"\"
    return sum(values)
#- /tests/test_core.py
import asyncio
import unittest

import pytest

from app import core


def test_group():
    core.gather_errors()


def test_taskgroup():
    asyncio.run(core.group())


def test_thread():
    core.in_thread()
    assert False


@pytest.fixture
def made():
    return core.broken({})


def test_fixture(made):
    assert made


class TestU(unittest.TestCase):
    def test_sub(self):
        for each in (1, 2):
            with self.subTest(each=each):
                self.assertEqual(core.total([each]), 5)

    def test_raises(self):
        core.fail(3)
"""

MISSING = "KeyError: 'missing'"
BAD = "ValueError: bad"
PYTEST = (
    f"test_fixture: {MISSING}",
    f"test_group: {BAD} 2",
    f"test_taskgroup: {MISSING}",
    "test_thread: AssertionError: assert False",
    f"TestU.test_raises: {BAD} 3",
    "TestU.test_sub (each=1): AssertionError: 1 != 5",
    "TestU.test_sub (each=2): AssertionError: 2 != 5",
)
ONE_A_LINE = (*PYTEST[:3], "test_thread: assert False", PYTEST[4], "TestU.test_sub: AssertionError: 1 != 5")
UNITTEST = tuple(each.replace("test_sub (", "test_sub(") for each in PYTEST[4:])
ALL = {"broken", "fail", "gather_errors", "group", "in_thread", "total", "work"}

CASES: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "build_log": ((MISSING,), {"broken", "group", "work"}),
    "container": ((MISSING,), {"broken"}),
    "doctest": (("core.total: expected 3, got 1",), {"total"}),
    "pytest_coloured": (PYTEST, ALL),
    "pytest_line": (ONE_A_LINE, ALL),
    "pytest_long": (PYTEST, ALL),
    "pytest_native": (PYTEST, ALL),
    "pytest_short": (PYTEST, ALL),
    "task_group": ((MISSING,), {"broken", "group", "work"}),
    "thread": ((MISSING,), {"broken"}),
    "unittest": (UNITTEST, {"fail", "total"}),
}
"""For each transcript: the failures that it holds, and the functions that are suspected, before any other."""


@pytest.mark.parametrize("name", CASES)
def test_a_real_transcript_is_understood(tmp_path: Path, name: str) -> None:
    failures, suspects = CASES[name]
    fixture(PROJECT).write(tmp_path)
    found = explain(tmp_path, (TRANSCRIPTS / f"{name}.txt").read_text("utf-8"))
    assert found.failures == failures
    assert {suspect.name for suspect in found.suspects[: len(suspects)]} == suspects


def test_every_transcript_is_read() -> None:
    assert {path.stem for path in TRANSCRIPTS.iterdir()} == set(CASES)
