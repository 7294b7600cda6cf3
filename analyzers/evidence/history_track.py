"""Follows symbols backwards through history: their lines of today, through every hunk, to the lines of then.

No old file is read. The lines of each symbol are carried from the version after a commit to the version before it, as
`git blame` carries single lines, but for whole definitions and in one pass over the log for all files at once. What is
carried is filed under path and blob, so that merges and parallel branches meet exactly where their contents do.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from analyzers.evidence.history import (
    COMPANIONS_MAX,
    CROWD_SYMBOLS_MAX,
    SYMBOL_CHANGES_MAX,
    TOGETHER_MIN,
    TOGETHER_SHARE_MIN,
    Change,
    Commit,
    Companion,
    FileHistory,
    Since,
    SinceChange,
    SymbolHistory,
    is_fix,
)
from analyzers.evidence.history_log import Definition, Entry, FileDiff, Hunk
from analyzers.facts import FileFacts

TRACKED_MAX = 2_000_000
"""Symbols followed at once, all files together; files beyond it have no history."""


class Tracked(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A definition's lines: half-open, counted from 0. `head` is the line of its name, after its decorators."""

    symbol: str
    name: str
    start: int
    head: int
    end: int
    indent: int = 0
    leaf: bool = True
    """Whether it is a function or method. Classes have a history but are nobody's companion: their methods are."""


def tracked(facts: FileFacts) -> list[Tracked]:
    """The functions, methods and classes of a file, with their lines."""
    starts = facts.line_starts
    found = []
    for symbol in facts.symbols:
        if symbol.kind not in ("function", "method", "class") or not starts:
            continue
        head = bisect_right(starts, symbol.name_start) - 1
        first = bisect_right(starts, symbol.start) - 1
        last = bisect_right(starts, max(symbol.start, symbol.end - 1)) - 1
        depth = max(0, symbol.start - starts[first])
        found.append(Tracked(symbol.qualname, symbol.name, first, head, last + 1, depth, symbol.kind != "class"))
    return found


class Tracker:
    """Takes the symbols of today, then the commits newest first; used by one thread, for one pass."""

    __slots__ = ("_followed", "_versions", "commits")

    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self._followed: list[_Followed] = []
        self._versions: dict[tuple[str, str], _Version] = {}

    def add(self, path: str, blob: str, symbols: Sequence[Tracked], uncommitted: FileDiff | None = None) -> None:
        """Follows a file's symbols from `blob`, the file at HEAD; `uncommitted` leads there from what they describe."""
        if len(self._followed) + len(symbols) + 1 > TRACKED_MAX:
            return
        version: _Version = {}
        for symbol in (_WHOLE_FILE, *symbols):
            version[len(self._followed)] = _Lines(symbol.name, symbol.start, symbol.head, symbol.end, symbol.indent)
            self._followed.append(_Followed(path, symbol))
        old_path = path
        if uncommitted is not None:
            old_path = uncommitted.old_path
            version = _before(version, uncommitted)[0]
        for number, lines in version.items():
            self._followed[number].lines = (lines.start, min(lines.end, _LINES_MAX))
        if old_path:
            self._versions.setdefault((old_path, blob), {}).update(version)

    def feed(self, entry: Entry) -> None:
        """One commit, all its children having been fed before."""
        commit = len(self.commits)
        self.commits.append(entry.commit)
        fix = is_fix(entry.commit.subject)
        leaving: dict[tuple[str, str], _Version] = {}
        arriving: list[tuple[tuple[str, str], _Version]] = []
        homeless: dict[int, _Lines] = {}
        for diff in entry.files:
            key = (diff.path, diff.blob)
            if key not in leaving:
                version = self._versions.pop(key, None)
                if version is None:
                    continue
                leaving[key] = version
            version = leaving[key]
            older, touched = _before(version, diff)
            if diff.old_path:
                arriving.append(((diff.old_path, diff.old_blob), older))
            if diff.merge:
                continue
            for number, (added, removed) in touched.items():
                followed = self._followed[number]
                followed.note(Change(commit, added, removed, "" if diff.path == followed.path else diff.path), fix)
            homeless.update((number, lines) for number, lines in version.items() if number not in older)
        if homeless:
            arriving.extend(self._rehouse(entry, homeless, commit))
        for key, version in arriving:
            known = self._versions.setdefault(key, {})
            for number, lines in version.items():
                known.setdefault(number, lines)

    def extend(self, older: Mapping[str, FileHistory]) -> None:
        """Joins what was known at the commit where this pass ended; `older` by the paths of then."""
        indexes = {commit.name: index for index, commit in enumerate(self.commits)}

        def intern(commit: Commit) -> int:
            if commit.name not in indexes:
                indexes[commit.name] = len(self.commits)
                self.commits.append(commit)
            return indexes[commit.name]

        for (path, _), version in self._versions.items():
            history = older.get(path)
            if history is None:
                continue
            known: dict[str, list[SymbolHistory]] = {}
            for each in history.symbols:
                known.setdefault(each.symbol.rpartition(".")[2], []).append(each)
            for number, lines in version.items():
                candidates = known.get(lines.name, [])
                if candidates:
                    nearest = min(candidates, key=lambda each: abs(each.lines[0] - lines.start))
                    self._followed[number].join(nearest, [intern(commit) for commit in history.commits])

    def histories(self, head: str, *, complete: bool, companions: bool = True) -> Iterator[FileHistory]:
        """What was found out, one file at a time."""
        crowds = self._crowds() if companions else []
        by_path: dict[str, list[int]] = {}
        for number, followed in enumerate(self._followed):
            by_path.setdefault(followed.path, []).append(number)
        for path, numbers in by_path.items():
            used: dict[int, int] = {}
            symbols = []
            for number in numbers:
                followed = self._followed[number]
                found = self._companions(number, crowds) if companions and followed.symbol.leaf else followed.companions
                symbols.append(followed.history(found, used))
            yield FileHistory(path, head, tuple(self.commits[index] for index in used), tuple(symbols), complete)

    def _rehouse(
        self, entry: Entry, homeless: dict[int, _Lines], commit: int
    ) -> list[tuple[tuple[str, str], _Version]]:
        """Finds in other files the definitions that this commit moved; the others were born in it."""
        names = {lines.name for lines in homeless.values()}
        removed: dict[str, list[tuple[FileDiff, Hunk, Definition]]] = {}
        for diff in entry.files:
            for hunk in diff.hunks:
                for definition in hunk.removed:
                    if definition.name in names and not diff.merge:
                        removed.setdefault(definition.name, []).append((diff, hunk, definition))
        found: list[tuple[tuple[str, str], _Version]] = []
        for number, lines in homeless.items():
            places = removed.get(lines.name, ())
            if len(places) != 1 or lines.name.startswith("__"):
                self._followed[number].born = commit
                continue
            diff, hunk, definition = places[0]
            found.append(((diff.old_path, diff.old_blob), {number: _moved(lines, hunk, definition)}))
        return found

    def _crowds(self) -> list[list[int]]:
        """For each commit, the functions that it changed; none where there are too many to mean anything."""
        crowds: list[list[int]] = [[] for _ in self.commits]
        for number, followed in enumerate(self._followed):
            if followed.symbol.leaf:
                for change in followed.changes:
                    crowds[change.commit].append(number)
        return [crowd if len(crowd) <= CROWD_SYMBOLS_MAX else [] for crowd in crowds]

    def _companions(self, number: int, crowds: list[list[int]]) -> tuple[Companion, ...]:
        followed = self._followed[number]
        together: Counter[int] = Counter()
        latest: dict[int, int] = {}
        of = 0
        for change in followed.changes:
            crowd = crowds[change.commit]
            of += bool(crowd)
            for other in crowd:
                if other != number:
                    together[other] += 1
                    latest.setdefault(other, change.commit)
        usual = []
        for other, count in together.items():
            if count >= TOGETHER_MIN and count >= TOGETHER_SHARE_MIN * of:
                companion = self._followed[other]
                if not _nested(followed, companion):
                    usual.append(Companion(companion.path, companion.symbol.symbol, count, of, latest[other]))
        usual.sort(key=lambda each: (-each.together, each.path, each.symbol))
        return tuple(usual[:COMPANIONS_MAX])


def since(
    base: str, head: str, commits: Sequence[Commit], diffs: Iterable[FileDiff], symbols: Mapping[str, Sequence[Tracked]]
) -> Since:
    """What `git diff base` says, by symbol; `symbols` are those of the files as they are now."""
    changes: list[SinceChange] = []
    for diff in diffs:
        if not diff.path:
            continue
        found: dict[str, tuple[int, int, int]] = {}
        known = symbols.get(diff.path, ())
        for hunk in diff.hunks:
            touched = [each for each in known if each.start <= hunk.new_start < max(each.end, each.start + 1)]
            symbol = max(touched, key=lambda each: each.start).symbol if touched else ""
            line, added, removed = found.get(symbol, (hunk.new_start + 1, 0, 0))
            found[symbol] = (line, added + hunk.new_end - hunk.new_start, removed + hunk.old_end - hunk.old_start)
        changes.extend(SinceChange(diff.path, symbol, *counts, not diff.blob) for symbol, counts in found.items())
    return Since(base, head, tuple(commits), tuple(changes))


_LINES_MAX = 1 << 30
_WHOLE_FILE = Tracked("", "", 0, -1, _LINES_MAX, -1, leaf=False)


class _Lines(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where one symbol stands in one version of a file, and what it is called there."""

    name: str
    start: int
    head: int
    end: int
    indent: int


_Version = dict[int, _Lines]
"""By the symbol's number: what is followed of one version of one file."""


@dataclass(slots=True)
class _Followed:
    """One symbol of today and what was found out about it."""

    path: str
    symbol: Tracked
    changes: list[Change] = field(default_factory=list)
    total: int = 0
    fixes: int = 0
    born: int = -1
    companions: tuple[Companion, ...] = ()
    lines: tuple[int, int] = (0, 0)

    def note(self, change: Change, fix: bool) -> None:
        self.total += 1
        self.fixes += fix
        if len(self.changes) < SYMBOL_CHANGES_MAX:
            self.changes.append(change)

    def join(self, older: SymbolHistory, commits: Sequence[int]) -> None:
        self.total += older.changes_total
        self.fixes += older.fixes_total
        room = SYMBOL_CHANGES_MAX - len(self.changes)
        self.changes.extend(msgspec.structs.replace(each, commit=commits[each.commit]) for each in older.changes[:room])
        self.born = commits[older.born] if older.born >= 0 else -1
        self.companions = tuple(msgspec.structs.replace(each, latest=commits[each.latest]) for each in older.companions)

    def history(self, companions: tuple[Companion, ...], used: dict[int, int]) -> SymbolHistory:
        """As it is stored, the commits renumbered to those that the file uses."""

        def local(commit: int) -> int:
            return used.setdefault(commit, len(used)) if commit >= 0 else -1

        return SymbolHistory(
            self.symbol.symbol,
            tuple(Change(local(each.commit), each.added, each.removed, each.path) for each in self.changes),
            self.total,
            self.fixes,
            local(self.born),
            tuple(msgspec.structs.replace(each, latest=local(each.latest)) for each in companions),
            self.lines,
        )


def _before(version: _Version, diff: FileDiff) -> tuple[_Version, dict[int, tuple[int, int]]]:
    """The symbols in the version before, less those without a place there; and the lines added and removed in each."""
    hunks = diff.hunks
    whole = sum(hunk.new_end - hunk.new_start for hunk in hunks), sum(hunk.old_end - hunk.old_start for hunk in hunks)
    if not diff.old_path:
        return {}, {n: whole if lines.head < 0 else (lines.end - lines.start, 0) for n, lines in version.items()}
    if not hunks:
        return version, {}
    older: _Version = {}
    touched: dict[int, tuple[int, int]] = {}
    starts = [hunk.new_start for hunk in hunks]
    ends = [hunk.new_end for hunk in hunks]
    claimed: set[int] = set()
    for number, lines in version.items():
        if lines.head < 0:
            older[number] = lines
            touched[number] = whole
            continue
        if lines.end < starts[0]:
            older[number] = lines
            continue
        changed = _touch(lines, hunks, bisect_left(ends, lines.start))
        if changed != (0, 0):
            touched[number] = changed
        index = bisect_right(starts, lines.head) - 1
        if index >= 0 and lines.head < ends[index]:
            found = _head_before(lines, version, hunks, index, claimed)
            if found is not None:
                older[number] = found
            continue
        head = lines.head + (hunks[index].old_end - ends[index] if index >= 0 else 0)
        start = min(head, _start_before(lines.start, hunks, starts))
        end = _end_before(lines, hunks, starts, head)
        older[number] = _Lines(lines.name, start, head, end, lines.indent)
    return older, touched


def _touch(lines: _Lines, hunks: Sequence[Hunk], first: int) -> tuple[int, int]:
    """Lines added and removed within a symbol; `first` is the first hunk that ends at its start or later."""
    added = removed = 0
    for hunk in hunks[first:]:
        if hunk.new_start > lines.end:
            break
        gone = hunk.old_end - hunk.old_start
        if hunk.new_start == hunk.new_end:
            # A removal at the very end belongs to the symbol if what was removed was indented deeper than its head.
            at_end = hunk.new_start == lines.end and hunk.indent > lines.indent
            if lines.start < hunk.new_start < lines.end or at_end:
                removed += gone
            continue
        overlap = min(hunk.new_end, lines.end) - max(hunk.new_start, lines.start)
        if overlap > 0:
            added += overlap
            inside = lines.start <= hunk.new_start and hunk.new_end <= lines.end
            removed += gone if inside else min(gone, overlap)
    return added, removed


def _start_before(line: int, hunks: Sequence[Hunk], starts: Sequence[int]) -> int:
    index = bisect_right(starts, line) - 1
    if index < 0:
        return line
    hunk = hunks[index]
    return line + hunk.old_end - hunk.new_end if line >= hunk.new_end else hunk.old_start


def _end_before(lines: _Lines, hunks: Sequence[Hunk], starts: Sequence[int], head: int) -> int:
    """The symbol's end in the version before; `head` is its head there."""
    last = lines.end - 1
    index = bisect_right(starts, last) - 1
    end = lines.end
    if index >= 0:
        hunk = hunks[index]
        if last >= hunk.new_end:
            end = last + hunk.old_end - hunk.new_end + 1
        else:
            end = (
                hunk.old_end
                if lines.end >= hunk.new_end
                else min(hunk.old_end, hunk.old_start + lines.end - hunk.new_start)
            )
            end = next(
                (each.line for each in hunk.removed if head < each.line < end and each.indent <= lines.indent), end
            )
    if index + 1 < len(hunks):
        after = hunks[index + 1]
        if after.new_start == after.new_end == lines.end and after.indent > lines.indent:
            end = after.old_end
    return max(head + 1, end)


def _head_before(
    lines: _Lines, version: _Version, hunks: Sequence[Hunk], index: int, claimed: set[int]
) -> _Lines | None:
    """What a symbol was before its head line was rewritten: in the same place, renamed, or elsewhere in the file."""
    hunk = hunks[index]
    definition = next((each for each in hunk.removed if each.name == lines.name and each.line not in claimed), None)
    if definition is None and hunk.removed:
        heads = [each.head for each in version.values() if hunk.new_start <= each.head < hunk.new_end]
        if len(heads) == len(hunk.removed):
            renamed = hunk.removed[heads.index(lines.head)]
            names = {each.name for each in version.values()}
            if renamed.line not in claimed and renamed.name not in names:
                definition = renamed
    if definition is not None:
        claimed.add(definition.line)
        if lines.end <= hunk.new_end:
            return _moved(lines, hunk, definition)
        start = max(hunk.old_start, definition.line - (lines.head - lines.start))
        end = _end_before(lines, hunks, [each.new_start for each in hunks], definition.line)
        return _Lines(definition.name, start, definition.line, end, definition.indent)
    for other in hunks:
        for each in other.removed:
            if each.name == lines.name and each.line not in claimed:
                claimed.add(each.line)
                return _moved(lines, other, each)
    return None


def _moved(lines: _Lines, hunk: Hunk, definition: Definition) -> _Lines:
    """Where a symbol stood whose definition was removed with `hunk`."""
    start = max(hunk.old_start, definition.line - (lines.head - lines.start))
    end = hunk.old_end
    for each in hunk.removed:
        if each.line > definition.line and each.indent <= definition.indent:
            end = each.line
            break
    return _Lines(definition.name, start, definition.line, max(end, definition.line + 1), definition.indent)


def _nested(one: _Followed, other: _Followed) -> bool:
    """Whether one of two symbols contains the other, so that changing together is no news."""
    first, second = one.symbol.symbol + ".", other.symbol.symbol + "."
    return one.path == other.path and (first.startswith(second) or second.startswith(first))
