"""Which tests fail at present, out of everything that test runs left behind, and what is known of each.

Runners leave different things: pytest's cache says which tests failed last and not why, the plugin's record and JUnit's
XML say why, but only of their own run. They are joined here, the oldest first. Must not know files or scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from analyzers.evidence.failures import Error, Failure
from analyzers.questions.answer import Answer
from analyzers.records import Confidence, Dependency, Place

TESTS_MAX = 40
"""Failing tests that are looked into; where more fail, the cause is the same or the work is in the middle."""

SHARE_MIN = 0.8
POINTED_MIN = 0.4
"""How suspect a function must be against the first suspect to be shown unasked, and one at which the error points."""

TestKey = tuple[str, str]
"""A test: its path and its name as the runner prints it."""


class Left(NamedTuple):
    """What one file of a test run says. `all_failing`: no test fails but these, whatever other files say."""

    when_s: float
    failures: tuple[Failure, ...]
    passed: frozenset[TestKey] = frozenset()
    all_failing: bool = False


class SeenSuspect(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function that may be at fault for a failing test, and why, in one clause with its places."""

    path: str
    symbol: str
    score: float
    """Compared with the first suspect, which has 1."""
    confidence: Confidence
    reason: str
    places: tuple[Place, ...]
    pointed: bool = False
    """Whether the error itself points at it: it returned the None, it lacks the parameter."""

    @property
    def stands_out(self) -> bool:
        """Whether it is worth showing to somebody who did not ask."""
        return self.score >= (POINTED_MIN if self.pointed else SHARE_MIN)


class FailingTest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A test that fails, with what it made of the workspace's code."""

    path: str
    test: str
    symbol: str
    """The test function's qualified name; empty where it was not found."""
    error: str
    """Its error in one line."""
    failure: Failure
    suspects: tuple[SeenSuspect, ...] = ()
    passes: tuple[tuple[str, str, int], ...] = ()
    """(path, symbol, line) of the functions that its traceback passes, the innermost last."""
    answer: Answer | None = None
    depends: tuple[Dependency, ...] = ()
    """What the answer was made from."""


class Failing(msgspec.Struct, frozen=True, gc=False):
    """Every test that fails at present, the latest to fail first."""

    tests: tuple[FailingTest, ...] = ()
    more: int = 0
    """How many further tests fail that were not looked into."""


def join(found: Iterable[Left], before: Sequence[Failure] = ()) -> list[Failure]:
    """The tests that fail now, each with the best that is known of it; `before` is what was known the last time."""
    known = {_key(failure): failure for failure in before}
    failing: dict[TestKey, Failure] = {}
    for left in sorted(found, key=lambda left: (left.when_s, left.all_failing)):
        if left.all_failing:
            wanted = {_key(failure) for failure in left.failures}
            failing = {key: failure for key, failure in failing.items() if key in wanted}
        for key in left.passed:
            failing.pop(key, None)
        for failure in left.failures:
            key = _key(failure)
            if key not in failing or _says_more(failure, failing[key]):
                failing.pop(key, None)
                failing[key] = failure
    for key, failure in failing.items():
        if key in known and not _says_more(failure, known[key]):
            failing[key] = known[key] if _says_more(known[key], failure) else failure
    return list(reversed(failing.values()))


def bare(path: str, test: str) -> Failure:
    """A test of which nothing is known but that it failed."""
    return Failure((Error(""),), test, path)


def headline(failure: Failure) -> str:
    """`KeyError: 'a'`: the error that left the test, in one line."""
    error = failure.errors[-1]
    message = error.message.strip().split("\n")[0]
    return f"{error.type}: {message}" if error.type and message else error.type or message


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Failing)


def encode(failing: Failing) -> bytes:
    """What fails as bytes for the store."""
    return _encoder.encode(failing)


def decode(data: bytes) -> Failing:
    """Raises `msgspec.MsgspecError` on bytes that are not `Failing`."""
    return _decoder.decode(data)


def _key(failure: Failure) -> TestKey:
    return (failure.path, failure.test)


def _says_more(one: Failure, other: Failure) -> bool:
    """Whether `one` tells more of the same failing test; of equal ones the later counts."""
    return _worth(one) >= _worth(other)


def _worth(failure: Failure) -> int:
    frames = any(error.frames for error in failure.errors)
    return 2 * frames + any(error.type or error.message for error in failure.errors)
