"""Scores what `forethought export` says against what a test suite really did.

What ran is certain; what did not run is not thereby impossible. So each `share` is a lower bound on precision, taken
over pairs whose two ends both ran. Pure functions over parsed JSON; the recording's format is `recorder`'s.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from analyzers import languages

RANKS = {"certain": 0, "likely": 1, "possible": 2}
TEST_FOLDERS = ("test", "tests", "testing")
TOO_GENERAL = frozenset({"Exception", "BaseException", "object"})
"""Naming these as an ancestor of what escaped earns nothing."""
CONSTANT_SIZES = (2, 5)

Row = Mapping[str, Any]
Named = tuple[str, str]
"""A path and the last part of a qualified name."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was found of what happened, and how much of what was said was seen to happen."""

    recall: float
    of: int
    share: float
    given: int


@dataclass(frozen=True, slots=True)
class Nones:
    """Answers to "may it return None?", over functions seen to and functions only seen to return something else."""

    recall: float
    of: int
    never_and_wrong: int
    said_without_need: int
    of_values: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of one package. `raises_constant` is what naming the commonest exceptions everywhere would get."""

    ran: int
    found: int
    callers: dict[str, Figure]
    raises: dict[str, Figure]
    raises_constant: dict[int, Figure]
    none: Nones
    tests: Figure


@dataclass(frozen=True, slots=True)
class _Function:
    """A function outside tests that ran, what was seen of it, and what the export says of it."""

    path: str
    seen: Mapping[str, Any]
    said: Row = field(default_factory=dict)


def score(rows: Iterable[Row], truth: Mapping[str, Mapping[str, Any]]) -> Scores:
    """The figures of one export (its rows, parsed) against one recording."""
    recorded: dict[Named, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for key, seen in truth.items():
        path, name, line = parse_key(key)
        recorded[path, name].append((line, seen))
    said = _nearest_rows(rows, recorded)
    functions = [
        _Function(path, seen, said.get((path, name, place), {}))
        for (path, name), many in recorded.items()
        if not is_test(path)
        for place, (_, seen) in enumerate(many)
    ]
    ran = {(path, _last(name)) for path, name in recorded}
    escaped = Counter(exception for function in functions for exception, _ in function.seen["escaped"])
    commonest = [exception for exception, _ in escaped.most_common(max(CONSTANT_SIZES))]
    return Scores(
        ran=len(functions),
        found=sum(bool(function.said) for function in functions),
        callers={worst: _callers(functions, ran, worst) for worst in RANKS},
        raises={worst: _raises(functions, partial(_types, worst=worst)) for worst in RANKS},
        raises_constant={size: _raises(functions, partial(_same, names=commonest[:size])) for size in CONSTANT_SIZES},
        none=_nones(functions),
        tests=_tests(functions),
    )


def parse_key(key: str) -> tuple[str, str, int]:
    """Path, qualified name and first line of a recorded function."""
    path, rest = key.split("::")
    name, line = rest.rsplit("@", 1)
    return path, name.replace(".<locals>", ""), int(line)


def is_test(path: str) -> bool:
    """Whether a file is test code, by its folder or name."""
    *folders, name = path.split("/")
    language = languages.for_path(path)
    if language is not None and language.family != "python":
        return language.is_test_path(path)
    return any(folder in TEST_FOLDERS for folder in folders) or name.startswith(("test_", "conftest"))


def _nearest_rows(
    rows: Iterable[Row], recorded: Mapping[Named, list[tuple[int, Mapping[str, Any]]]]
) -> dict[tuple[str, str, int], Row]:
    """The row of each recorded function: a getter and its setter share a name, so the nearest line decides.

    The recorded line is the first decorator's, the exported one the name's.
    """
    nearest: dict[tuple[str, str, int], tuple[int, Row]] = {}
    for row in rows:
        if row.get("kind") not in ("function", "method") or is_test(row["path"]):
            continue
        for place, (line, _) in enumerate(recorded.get((row["path"], row["name"]), ())):
            key = (row["path"], row["name"], place)
            away = row["line"] - line
            if away >= 0 and (key not in nearest or away < nearest[key][0]):
                nearest[key] = (away, row)
    return {key: row for key, (_, row) in nearest.items()}


def _callers(functions: list[_Function], ran: set[Named], worst: str) -> Figure:
    total = hit = given = 0
    for function in functions:
        callers = (parse_key(caller) for caller, _ in function.seen["callers"])
        true = {(path, _last(name)) for path, name, _ in callers if not is_test(path)}
        said = {
            (caller["path"], _last(caller["name"]))
            for caller in function.said.get("callers", ())
            if RANKS[caller["confidence"]] <= RANKS[worst] and not is_test(caller["path"])
        }
        total += len(true)
        hit += len(true & said)
        given += len(said & ran)
    return _figure(hit, total, hit, given)


def _raises(functions: list[_Function], names: Callable[[_Function], set[str]]) -> Figure:
    """The type itself counts whole, an ancestor half: "OSError" for a FileNotFoundError helps, but less."""
    total = given = seen_given = 0
    credit = 0.0
    for function in functions:
        said = names(function)
        escaped = function.seen["escaped"]
        ancestors = {base for _, order in escaped for base in order} - TOO_GENERAL
        given += len(said)
        seen_given += len(said & ({exception for exception, _ in escaped} | ancestors))
        for exception, order in escaped:
            total += 1
            credit += 1.0 if exception in said else 0.5 if said & (set(order) - TOO_GENERAL) else 0.0
    return _figure(credit, total, seen_given, given)


def _types(function: _Function, worst: str) -> set[str]:
    raises = function.said.get("raises", ())
    return {_last(raised["type"]) for raised in raises if RANKS[raised["confidence"]] <= RANKS[worst]}


def _same(_: _Function, names: Sequence[str]) -> set[str]:
    return set(names)


def _nones(functions: list[_Function]) -> Nones:
    sometimes = [function for function in functions if function.seen["none"] and function.seen["value"]]
    values = [function for function in functions if function.seen["value"] and not function.seen["none"]]
    hit = sum(_verdict(function) in ("sometimes", "always") for function in sometimes)
    return Nones(
        recall=hit / max(len(sometimes), 1),
        of=len(sometimes),
        never_and_wrong=sum(_verdict(function) == "never" for function in sometimes),
        said_without_need=sum(_verdict(function) in ("sometimes", "always") for function in values),
        of_values=len(values),
        unknown=sum(_verdict(function) == "unknown" for function in sometimes + values),
    )


def _verdict(function: _Function) -> str:
    return str(function.said.get("returns_none", "unknown"))


def _tests(functions: list[_Function]) -> Figure:
    def true_of(function: _Function) -> set[Named]:
        return {(path, _last(name)) for path, name, _ in map(parse_key, function.seen["tests"])}

    ran = {test for function in functions for test in true_of(function)}
    total = hit = given = 0
    for function in functions:
        true = true_of(function)
        said = {(test["path"], _last(test["name"])) for test in function.said.get("tests", ())}
        total += len(true)
        hit += len(true & said)
        given += len(said & ran)
    return _figure(hit, total, hit, given)


def _figure(hit: float, total: int, seen: int, given: int) -> Figure:
    return Figure(hit / max(total, 1), total, seen / max(given, 1), given)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
