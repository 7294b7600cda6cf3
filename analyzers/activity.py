"""Where work has been going on: decaying counts of changes, for every function, class, file and folder.

Fed with commits in the order in which they were made; asked, at any time, for the numbers that `anticipation` weighs.
A count fades with the commits (and the days) that pass, at several speeds at once: "this minute" and "this year" are
both true of a function, and which of them matters is for the weights to say. It must not see what has not happened
yet: `features` reads only what `observe` was given before.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from analyzers.evidence.history import Commit, FileHistory, is_fix
from analyzers.facts import FileFacts

COMMIT_SPANS = (1.5, 6.0, 30.0, 200.0, 1000.0)
"""After so many commits a change counts for 1/e of what it did."""
FIX_SPANS = (20.0, 100.0, 1000.0)
DAY_SPANS = (2.0, 30.0)
NAMED_SPAN = 3.0
"""For names that are mentioned in what was changed."""

CROWD_MAX = 40
"""A commit that touches more functions than this says nothing about what belongs together or what was meant."""
TOGETHER_MAX = 60
"""Functions remembered as having changed together with one."""
RECENT_COMMITS = 200
LINE_SPAN = 2.5
LINE_COMMITS_MAX = 10
"""How far back the commits below HEAD count as the current line of work."""
OWN_SPAN = 4.0
OWN_COMMITS_MAX = 30
"""How far back one author's commits count as what that author works on."""
AUTHORS_MAX = 5_000
ADJACENT_SPAN = 2.0
"""In functions: how near in the file to what was changed still counts."""

Key = tuple[str, str]
"""A function: its path and its qualified name."""


class Candidate(NamedTuple):
    """A function that exists now, with what its source says."""

    path: str
    symbol: str
    lines: int
    calls: int = 0
    raises: int = 0
    returns: int = 0
    siblings: int = 1
    """Functions in its file."""
    called: frozenset[str] = frozenset()
    """Last names of what it calls."""
    parameters: int = 0


class Happening(NamedTuple):
    """One commit, as far as it matters here."""

    when_s: int
    fix: bool
    touched: Mapping[Key, int]
    """Functions that it changed or made, outside tests, and in how many lines."""
    paths: Collection[str]
    """Files outside tests that it changed."""
    mentioned: Collection[str] = ()
    """Names that the changed functions call, tests included, and words of the message."""
    moved: Mapping[Key, Key] = {}
    """From what functions were called before to what they are called now."""
    born: Collection[Key] = ()
    author: str = ""


NAMES = (
    *(f"changed_{span:g}" for span in COMMIT_SPANS),
    *(f"fixed_{span:g}" for span in FIX_SPANS),
    *(f"days_{span:g}" for span in DAY_SPANS),
    "alone_6",
    "alone_200",
    "churn_6",
    "churn_200",
    "churn_1000",
    "recency",
    "changes",
    "age",
    *(f"file_{span:g}" for span in COMMIT_SPANS),
    *(f"file_fixed_{span:g}" for span in FIX_SPANS[1:]),
    *(f"class_{span:g}" for span in COMMIT_SPANS[:4]),
    *(f"folder_{span:g}" for span in COMMIT_SPANS[1:4]),
    "line",
    "line_file",
    "own",
    "own_file",
    "own_folder",
    "adjacent",
    "alike",
    "together",
    "mentioned",
    "calls_changed",
    "same_name",
    "lines",
    "calls",
    "raises",
    "returns",
    "parameters",
    "private",
    "dunder",
    "constructor",
    "depth",
    "siblings",
)
"""The numbers that `Activity.features` gives for a candidate, in this order."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]{3,}")
NAMES_CACHED_MAX = 100_000
_AGE_MAX = 5_000
_FADED = 12
"""After so many spans nothing is left."""
_TABLES = {
    span: [math.exp(-age / span) for age in range(int(span * _FADED) + 1)]
    for span in {*COMMIT_SPANS, *FIX_SPANS, NAMED_SPAN}
}
_DAY_S = 86_400


class _Fading:
    """Counts of one thing, each fading at its own speed."""

    __slots__ = ("last", "values")

    def __init__(self, spans: Sequence[float]) -> None:
        self.last = 0
        self.values = [0.0] * len(spans)

    def add(self, now: int, spans: Sequence[float], amount: float = 1.0) -> None:
        self.values = [value + amount for value in self.at(now, spans)]
        self.last = now

    def at(self, now: int, spans: Sequence[float]) -> list[float]:
        age = now - self.last
        if age == 0:
            return self.values
        faded = []
        for value, span in zip(self.values, spans, strict=True):
            table = _TABLES[span]
            faded.append(value * table[age] if age < len(table) else 0.0)
        return faded


class _Trace:
    """What happened to one function."""

    __slots__ = ("alone", "born", "changed", "changes", "churn", "days", "days_at", "fixed", "last", "together")

    def __init__(self) -> None:
        self.changed = _Fading(COMMIT_SPANS)
        self.fixed = _Fading(FIX_SPANS)
        self.alone = _Fading(_ALONE_SPANS)
        self.churn = _Fading(_CHURN_SPANS)
        self.days = [0.0] * len(DAY_SPANS)
        self.days_at = 0
        self.changes = 0
        self.last = -_AGE_MAX
        self.born = -_AGE_MAX
        self.together: dict[Key, int] = {}


_ALONE_SPANS = (6.0, 200.0)
_CHURN_SPANS = (6.0, 200.0, 1000.0)
_ABOVE_SPANS = (*COMMIT_SPANS, *FIX_SPANS[1:])


class Activity:
    """The counts. Written by `observe` alone."""

    def __init__(self) -> None:
        self._now = 0
        self._when_s = 0
        self._traces: dict[Key, _Trace] = {}
        self._files: dict[str, _Fading] = {}
        self._file_fixes: dict[str, _Fading] = {}
        self._classes: dict[Key, _Fading] = {}
        self._folders: dict[str, _Fading] = {}
        self._mentioned: dict[str, float] = {}
        self._changed_names: dict[str, float] = {}
        self._by_author: dict[str, deque[tuple[tuple[Key, ...], tuple[str, ...]]]] = {}
        self._words: dict[str, float] = {}
        self._recent: deque[tuple[int, tuple[Key, ...], tuple[str, ...]]] = deque(maxlen=RECENT_COMMITS)

    @property
    def now(self) -> int:
        """How many commits were observed: the number of the next one."""
        return self._now

    def recency(self, key: Key) -> tuple[int, int]:
        """The number of the commit that changed a function last (-5000 if none did), and how many changed it."""
        trace = self._traces.get(key)
        return (trace.last, trace.changes) if trace is not None else (-_AGE_MAX, 0)

    def observe(self, happening: Happening) -> None:
        """One more commit."""
        now = self._now
        self._now += 1
        self._when_s = max(self._when_s, happening.when_s)
        for old, new in happening.moved.items():
            trace = self._traces.pop(old, None)
            if trace is not None:
                self._traces[new] = trace
        for old_path, new_path in {(old[0], new[0]) for old, new in happening.moved.items() if old[0] != new[0]}:
            if old_path in self._files and new_path not in self._files:
                self._files[new_path] = self._files[old_path]
        crowd = len(happening.touched)
        for key, lines in happening.touched.items():
            self._touch(key, lines, crowd, now, happening)
        for path in happening.paths:
            self._files.setdefault(path, _Fading(COMMIT_SPANS)).add(now, COMMIT_SPANS)
            if happening.fix:
                self._file_fixes.setdefault(path, _Fading(FIX_SPANS)).add(now, FIX_SPANS)
        for owner in {(path, name.rpartition(".")[0]) for path, name in happening.touched if "." in name}:
            self._classes.setdefault(owner, _Fading(COMMIT_SPANS)).add(now, COMMIT_SPANS)
        for folder in {path.rpartition("/")[0] for path in happening.paths}:
            self._folders.setdefault(folder, _Fading(COMMIT_SPANS)).add(now, COMMIT_SPANS)
        _fade(self._mentioned)
        _fade(self._changed_names)
        _fade(self._words)
        if crowd <= CROWD_MAX:
            weight = 1 / math.sqrt(max(1, crowd))
            for name in happening.mentioned:
                self._mentioned[name] = self._mentioned.get(name, 0.0) + weight
            for name in {symbol.rpartition(".")[2] for _, symbol in happening.touched}:
                self._changed_names[name] = self._changed_names.get(name, 0.0) + weight
            for word in {word for _, symbol in happening.touched for word in words_of(symbol)}:
                self._words[word] = self._words.get(word, 0.0) + weight
            self._join(tuple(happening.touched))
            self._recent.append((now, tuple(happening.touched), tuple(happening.paths)))
            if happening.author and (happening.author in self._by_author or len(self._by_author) < AUTHORS_MAX):
                done = self._by_author.setdefault(happening.author, deque(maxlen=OWN_COMMITS_MAX))
                done.append((tuple(happening.touched), tuple(happening.paths)))

    def features(
        self, candidates: Sequence[Candidate], line: Sequence[int] = (), author: str = ""
    ) -> Iterator[list[float]]:
        """A row of `NAMES` for each candidate, which come file by file in the order in which they are written.

        `line` are the numbers of the newest commits below HEAD, newest first; `author` is who is at work, if known.
        """
        now = self._now
        near = self._near()
        line_keys, line_paths = self._line(line)
        own_keys, own_paths, own_folders = self._of_author(author)
        adjacent = self._adjacent(candidates, line_keys)
        common: dict[str, int] = defaultdict(int)
        for candidate in candidates:
            for word in words_of(candidate.symbol):
                if word in self._words:
                    common[word] += 1
        namesakes: dict[str, int] = defaultdict(int)
        for candidate in candidates:
            namesakes[candidate.symbol.rpartition(".")[2]] += 1
        mentioned = {name: value / namesakes[name] for name, value in self._mentioned.items() if name in namesakes}
        changed_names = {n: value / namesakes[n] for n, value in self._changed_names.items() if n in namesakes}
        recent_names = changed_names.keys()
        by_path: dict[str, list[float]] = {}
        for candidate in candidates:
            path, symbol = candidate.path, candidate.symbol
            key = (path, symbol)
            above = by_path.get(path)
            if above is None:
                above = by_path[path] = self._above(path, now)
            owner, _, name = symbol.rpartition(".")
            trace = self._traces.get(key)
            own = self._own(trace, now) if trace is not None else _UNTOUCHED
            fading = self._classes.get((path, owner)) if owner else None
            of_class = _logs(fading.at(now, COMMIT_SPANS)[:4]) if fading is not None else _NO_CLASS
            shared = candidate.called & recent_names
            dunder = name.startswith("__")
            # What one function's own change says about its name is in its own counts already.
            own_name = changed_names.get(name, 0.0) if trace is None or now - trace.last > NAMED_SPAN * 2 else 0.0
            yield [
                *own,
                *above[:7],
                *of_class,
                *above[7:],
                line_keys.get(key, 0.0),
                line_paths.get(path, 0.0),
                math.log1p(4 * own_keys.get(key, 0.0)),
                math.log1p(4 * own_paths.get(path, 0.0)),
                math.log1p(own_folders.get(path.rpartition("/")[0], 0.0)),
                math.log1p(adjacent.get(key, 0.0)),
                math.log1p(4 * sum(self._words[word] / common[word] for word in words_of(symbol) if word in common)),
                math.log1p(4 * near.get(key, 0.0)),
                math.log1p(4 * mentioned.get(name, 0.0)),
                math.log1p(4 * sum(changed_names[each] for each in sorted(shared) if each != name)),
                math.log1p(4 * own_name),
                math.log1p(candidate.lines),
                math.log1p(candidate.calls),
                math.log1p(candidate.raises),
                math.log1p(candidate.returns),
                math.log1p(candidate.parameters),
                1.0 if name.startswith("_") and not dunder else 0.0,
                1.0 if dunder else 0.0,
                1.0 if name in ("__init__", "__new__", "constructor") else 0.0,
                float(min(3, symbol.count("."))),
                math.log1p(candidate.siblings),
            ]

    def _touch(self, key: Key, lines: int, crowd: int, now: int, happening: Happening) -> None:
        trace = self._traces.setdefault(key, _Trace())
        trace.changed.add(now, COMMIT_SPANS)
        trace.alone.add(now, _ALONE_SPANS, 1 / crowd)
        trace.churn.add(now, _CHURN_SPANS, math.log1p(lines))
        if happening.fix:
            trace.fixed.add(now, FIX_SPANS)
        trace.days = [value + 1 for value in self._days(trace)]
        trace.days_at = self._when_s
        trace.changes += 1
        trace.last = now
        if key in happening.born and trace.born < 0:
            trace.born = now

    def _days(self, trace: _Trace) -> list[float]:
        age = max(0, self._when_s - trace.days_at) / _DAY_S
        return [value * math.exp(-min(age / span, 50.0)) for value, span in zip(trace.days, DAY_SPANS, strict=True)]

    def _own(self, trace: _Trace, now: int) -> list[float]:
        return [
            *_logs(trace.changed.at(now, COMMIT_SPANS)),
            *_logs(trace.fixed.at(now, FIX_SPANS)),
            *_logs(self._days(trace)),
            *_logs(trace.alone.at(now, _ALONE_SPANS)),
            *map(math.log1p, trace.churn.at(now, _CHURN_SPANS)),
            -math.log1p(min(_AGE_MAX, now - trace.last)),
            math.log1p(trace.changes),
            -math.log1p(min(_AGE_MAX, now - trace.born)),
        ]

    def _above(self, path: str, now: int) -> list[float]:
        """Of the file, its repairs, and its folder."""
        file = self._files.get(path)
        fixes = self._file_fixes.get(path)
        folder = self._folders.get(path.rpartition("/")[0])
        return [
            *_logs(file.at(now, COMMIT_SPANS) if file else [0.0] * 5),
            *_logs(fixes.at(now, FIX_SPANS)[1:] if fixes else [0.0] * 2),
            *_logs(folder.at(now, COMMIT_SPANS)[1:4] if folder else [0.0] * 3),
        ]

    def _near(self) -> dict[Key, float]:
        """What usually changes with what changed in the last few commits."""
        near: dict[Key, float] = defaultdict(float)
        for number, keys, _ in list(self._recent)[-8:]:
            weight = math.exp(-(self._now - 1 - number) / 4)
            for key in keys:
                trace = self._traces.get(key)
                if trace is not None:
                    for other, count in trace.together.items():
                        near[other] += weight * count / (trace.changes + 2)
        return near

    def _line(self, line: Sequence[int]) -> tuple[dict[Key, float], dict[str, float]]:
        """What the commits right below HEAD touched, the newest counting most."""
        ranks = {number: rank for rank, number in enumerate(line[:LINE_COMMITS_MAX])}
        keys: dict[Key, float] = defaultdict(float)
        paths: dict[str, float] = defaultdict(float)
        for number, touched, files in self._recent:
            if number in ranks:
                weight = math.exp(-ranks[number] / LINE_SPAN)
                for key in touched:
                    keys[key] += weight
                for path in files:
                    paths[path] += weight
        return keys, paths

    def _of_author(self, author: str) -> tuple[dict[Key, float], dict[str, float], dict[str, float]]:
        keys: dict[Key, float] = defaultdict(float)
        paths: dict[str, float] = defaultdict(float)
        folders: dict[str, float] = defaultdict(float)
        for rank, (touched, files) in enumerate(reversed(self._by_author.get(author, ()))):
            weight = math.exp(-rank / OWN_SPAN)
            for key in touched:
                keys[key] += weight
            for path in files:
                paths[path] += weight
            for folder in {path.rpartition("/")[0] for path in files}:
                folders[folder] += weight
        return keys, paths, folders

    def _adjacent(self, candidates: Sequence[Candidate], line_keys: Mapping[Key, float]) -> dict[Key, float]:
        """How near each function stands to those that were changed last, itself not counted."""
        weights: dict[Key, float] = dict(line_keys)
        for number, keys, _ in list(self._recent)[-4:]:
            for key in keys:
                weights[key] = weights.get(key, 0.0) + math.exp(-(self._now - 1 - number) / 2)
        near: dict[Key, float] = defaultdict(float)
        reach = int(3 * ADJACENT_SPAN)
        for place, candidate in enumerate(candidates):
            weight = weights.get((candidate.path, candidate.symbol))
            if weight:
                for step in range(1, reach):
                    share = weight * math.exp(-step / ADJACENT_SPAN)
                    around = (
                        *candidates[max(0, place - step) : place - step + 1],
                        *candidates[place + step : place + step + 1],
                    )
                    for other in around:
                        if other.path == candidate.path:
                            near[(other.path, other.symbol)] += share
        return near

    def _join(self, keys: Sequence[Key]) -> None:
        for key in keys:
            together = self._traces[key].together
            for other in keys:
                if other != key and (other in together or len(together) < TOGETHER_MAX):
                    together[other] = together.get(other, 0) + 1


@lru_cache(maxsize=NAMES_CACHED_MAX)
def words_of(symbol: str) -> tuple[str, ...]:
    """The words that a name is made of: `_get_HTTPHeader` → get, http, header."""
    name = symbol.rpartition(".")[2]
    return tuple(sorted({word.lower() for word in _WORD.findall(name) if len(word) > 2}))


class Function(NamedTuple):
    """A candidate and its lines in the file: half-open, counted from 0."""

    candidate: Candidate
    start: int
    end: int


def functions_in(path: str, facts: FileFacts) -> list[Function]:
    """The functions and methods of a file, in their order."""
    called: dict[int, set[str]] = defaultdict(set)
    calls = Counter(call.scope for call in facts.calls)
    raises = Counter(each.scope for each in facts.raises)
    returns = Counter(each.scope for each in facts.returns)
    for call in facts.calls:
        called[call.scope].add(call.name)
    starts = facts.line_starts
    indexes = [number for number, each in enumerate(facts.symbols) if each.kind in ("function", "method") and starts]
    found = []
    for number in indexes:
        symbol = facts.symbols[number]
        start = bisect_right(starts, symbol.start) - 1
        end = bisect_right(starts, max(symbol.start, symbol.end - 1))
        candidate = Candidate(
            path,
            symbol.qualname,
            end - start,
            calls[number],
            raises[number],
            returns[number],
            len(indexes),
            frozenset(called.get(number, ())),
            len(symbol.parameters),
        )
        found.append(Function(candidate, start, end))
    return found


def from_histories(
    histories: Iterable[FileHistory], is_test_path: Callable[[str], bool]
) -> tuple[Activity, dict[str, int]]:
    """What stored histories add up to, symbols by the names that they have now; and the number of each commit."""
    commits: dict[str, Commit] = {}
    touched: dict[str, dict[Key, int]] = {}
    paths: dict[str, set[str]] = {}
    born: dict[str, set[Key]] = {}
    for each in histories:
        if is_test_path(each.path):
            continue
        for symbol in each.symbols:
            key = (each.path, symbol.symbol)
            for change in symbol.changes:
                commit = each.commits[change.commit]
                commits[commit.name] = commit
                if symbol.symbol:
                    touched.setdefault(commit.name, {})[key] = change.added + change.removed
                else:
                    paths.setdefault(commit.name, set()).add(each.path)
            if symbol.born >= 0:
                born.setdefault(each.commits[symbol.born].name, set()).add(key)
    activity = Activity()
    numbers: dict[str, int] = {}
    for commit in sorted(commits.values(), key=lambda commit: (commit.when, commit.name)):
        numbers[commit.name] = activity.now
        activity.observe(
            Happening(
                commit.when,
                is_fix(commit.subject),
                touched.get(commit.name, {}),
                paths.get(commit.name, ()),
                born=born.get(commit.name, ()),
                author=commit.author,
            )
        )
    return activity, numbers


def _logs(values: Iterable[float]) -> list[float]:
    return [math.log1p(4 * value) if value > 1e-6 else 0.0 for value in values]


def _fade(counts: dict[str, float]) -> None:
    factor = _TABLES[NAMED_SPAN][1]
    for name in [name for name, value in counts.items() if value * factor < 0.01]:
        del counts[name]
    for name in counts:
        counts[name] *= factor


_UNTOUCHED = [0.0] * 15 + [-math.log1p(_AGE_MAX), 0.0, -math.log1p(_AGE_MAX)]
_NO_CLASS = [0.0] * 4
