"""Values of history: numbers in messages, repairs in subjects, bytes for the store and back."""

from __future__ import annotations

import pytest

from analyzers.evidence import history


@pytest.mark.parametrize(
    ("subject", "message", "expected"),
    [
        ("Fix crash on empty input (#1234)", "", 1234),
        ("Merge pull request #77 from someone/branch", "", 77),
        ("Fixed #31415 -- Made it work.", "", 31415),
        ("Refs #9, #12 -- Tidied up.", "", 9),
        ("Tidy up", "Closes: #88", 88),
        ("bpo-123: tidy", "", 0),
        ("Support Python 3.12", "", 0),
        ("Use colour #ff0000", "", 0),
    ],
)
def test_request_number(subject: str, message: str, expected: int) -> None:
    assert history.request_number(subject, message) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Fix parser", True),
        ("Fixes #3", True),
        ("a regression in x", True),
        ("Crash when empty", True),
        ("Bugfix: y", True),
        ("#55: no option", True),
        ("Add option (#55)", False),
        ("[PR #55/abc backport] Add option", False),
        ("Add prefix option", False),
        ("Debug output", False),
    ],
)
def test_is_fix(subject: str, expected: bool) -> None:
    assert history.is_fix(subject) is expected


def test_store_round_trip() -> None:
    value = history.FileHistory(
        "a.py",
        "f" * 40,
        (history.Commit("c" * 40, "Ann", 1, "s"),),
        (history.SymbolHistory("f", (history.Change(0, 1, 0),), 1),),
    )
    assert history.decode_file(history.encode(value)) == value
    assert value.of("f") is value.symbols[0]
    assert value.of("g") is None
