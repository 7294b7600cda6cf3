"""Symbols followed through history: versions of files in, the subjects of each symbol's changes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from analyzers import languages
from analyzers.evidence import history, history_log, history_track
from tests.history.log_text import Files, blob, commit_name, log_text

F = "def f():\n    a = 1\n    return a\n"
F2 = "def f():\n    a = 2\n    return a\n"
G = "def g():\n    b = 1\n    return b\n"
G2 = "def g():\n    b = 1\n    c = 3\n    return b + c\n"
METHOD = "class A:\n    def f(self):\n        a = 1\n        return a\n"
DECORATED = "@cache\ndef f():\n    a = 1\n    return a\n"


def symbols_of(path: str, text: str) -> list[history_track.Tracked]:
    language = languages.for_path(path)
    assert language is not None
    return history_track.tracked(language.facts(text.encode()))


def histories(
    versions: Sequence[tuple[str, Files]], renames: Mapping[str, str] | None = None, chunk_bytes: int = 1 << 16
) -> dict[str, history.FileHistory]:
    tracker = history_track.Tracker()
    for path, text in versions[-1][1].items():
        tracker.add(path, blob(text), symbols_of(path, text))
    log = log_text(versions, renames)
    for entry in history_log.read_log(log[at : at + chunk_bytes] for at in range(0, len(log), chunk_bytes)):
        tracker.feed(entry)
    head = commit_name(len(versions) - 1)
    return {each.path: each for each in tracker.histories(head, complete=True)}


def subjects(found: history.FileHistory, symbol: str) -> list[str]:
    own = found.of(symbol)
    assert own is not None
    return [found.commits[change.commit].subject for change in own.changes]


@pytest.mark.parametrize(
    ("versions", "renames", "path", "expected"),
    [
        pytest.param(
            [("one", {"a.py": F}), ("two", {"a.py": F + "\n\n" + G}), ("three", {"a.py": F + "\n\n" + G2})],
            {},
            "a.py",
            {"f": ["one"], "g": ["three", "two"], "": ["three", "two", "one"]},
            id="an edit below leaves what stands above alone",
        ),
        pytest.param(
            [("one", {"a.py": G}), ("two", {"a.py": F + "\n\n" + G}), ("three", {"a.py": F2 + "\n\n" + G})],
            {},
            "a.py",
            {"f": ["three", "two"], "g": ["one"]},
            id="lines that come in above shift the symbol",
        ),
        pytest.param(
            [("one", {"a.py": F}), ("two", {"b.py": F}), ("three", {"b.py": F2})],
            {"b.py": "a.py"},
            "b.py",
            {"f": ["three", "one"]},
            id="a renamed file",
        ),
        pytest.param(
            [
                ("one", {"a.py": F}),
                ("two", {"a.py": F.replace("f()", "h()")}),
                ("three", {"a.py": F2.replace("f()", "h()")}),
            ],
            {},
            "a.py",
            {"h": ["three", "two", "one"]},
            id="a renamed function",
        ),
        pytest.param(
            [("one", {"a.py": G + "\n\n" + F}), ("two", {"a.py": F + "\n\n" + G})],
            {},
            "a.py",
            {"f": ["two", "one"], "g": ["one"]},
            id="moved within the file: git sees one of two that swap places as moved",
        ),
        pytest.param(
            [("one", {"a.py": F + "\n\n" + G, "b.py": "x = 1\n"}), ("two", {"a.py": G, "b.py": "x = 1\n\n\n" + F})],
            {},
            "b.py",
            {"f": ["two", "one"]},
            id="moved to another file",
        ),
        pytest.param(
            [("one", {"a.py": F}), ("two", {"a.py": METHOD})],
            {},
            "a.py",
            {"A.f": ["two", "one"], "A": ["two"]},
            id="put into a class",
        ),
        pytest.param(
            [("one", {"a.py": F}), ("two", {"a.py": DECORATED})],
            {},
            "a.py",
            {"f": ["two", "one"]},
            id="a decorator belongs to its function",
        ),
        pytest.param(
            [("one", {"a.py": G2 + "\n\n" + F}), ("two", {"a.py": G2.replace("    return b + c\n", "") + "\n\n" + F})],
            {},
            "a.py",
            {"g": ["two", "one"], "f": ["one"]},
            id="removed from the very end",
        ),
    ],
)
def test_followed(
    versions: Sequence[tuple[str, Files]], renames: Mapping[str, str], path: str, expected: Mapping[str, list[str]]
) -> None:
    found = histories(versions, renames)[path]
    assert {symbol: subjects(found, symbol) for symbol in expected} == expected
    assert histories(versions, renames, chunk_bytes=7)[path] == found, "chunks may be cut anywhere"


def test_what_usually_changes_together() -> None:
    versions: list[tuple[str, Files]] = []
    for number in range(4):
        a = F.replace("1", str(number)) + "\n\n" + G.replace("1", str(number % 2 if number < 2 else 1))
        versions.append((f"change {number}", {"a.py": a, "b.py": F.replace("f()", "h()").replace("1", str(number))}))
    own = histories(versions)["a.py"].of("f")
    assert own is not None
    assert [(each.path, each.symbol, each.together, each.of) for each in own.companions] == [("b.py", "h", 4, 4)]


def test_births_and_repairs_are_counted() -> None:
    found = histories([("one", {"a.py": F}), ("two", {"a.py": F + "\n\n" + G}), ("Fix g", {"a.py": F + "\n\n" + G2})])
    own = found["a.py"].of("g")
    assert own is not None
    assert found["a.py"].commits[own.born].subject == "two"
    assert (own.changes_total, own.fixes_total) == (2, 1)


def test_an_update_reads_only_the_new_commits() -> None:
    versions: list[tuple[str, Files]] = [
        ("one", {"a.py": F + "\n\n" + G}),
        ("two", {"a.py": F2 + "\n\n" + G}),
        ("three", {"a.py": "import os\n\n\n" + F2 + "\n\n" + G2}),
    ]
    whole = histories(versions)["a.py"]
    older = histories(versions[:2])
    tracker = history_track.Tracker()
    tracker.add("a.py", blob(versions[2][1]["a.py"]), symbols_of("a.py", versions[2][1]["a.py"]))
    tracker.feed(next(history_log.read_log([log_text(versions)])))
    tracker.extend(older)
    updated = next(iter(tracker.histories(commit_name(2), complete=True, companions=False)))
    for symbol in ("f", "g", ""):
        assert subjects(updated, symbol) == subjects(whole, symbol)


def test_since() -> None:
    log = log_text([("one", {"a.py": F + "\n\n" + G}), ("two", {"a.py": "import os\n" + F2 + "\n\n" + G})])
    diff = next(history_log.read_log([log])).files
    symbols = {"a.py": symbols_of("a.py", "import os\n" + F2 + "\n\n" + G)}
    found = history_track.since("b" * 40, "h" * 40, (), diff, symbols)
    assert [(each.symbol, each.line, each.added, each.removed) for each in found.changes] == [
        ("", 1, 1, 0),
        ("f", 3, 1, 1),
    ]


@pytest.mark.parametrize(
    ("quoted", "expected"),
    [("plain.py", "plain.py"), (r'"a\tb.py"', "a\tb.py"), (r'"\303\244.py"', "ä.py"), (r'"q\"x.py"', 'q"x.py')],
)
def test_quoted_paths(quoted: str, expected: str) -> None:
    assert history_log.unquote(quoted) == expected


def test_hostile_text_is_only_text() -> None:
    for data in (b"", b"\0", b"\0\0\0\0\0\0\0", b"@@ -1 +1 @@\n-x", b"\0a\0b\0c\0d\0e\0f\0\n:::", b":100644\n@@ -x\n"):
        list(history_log.read_log([data]))
