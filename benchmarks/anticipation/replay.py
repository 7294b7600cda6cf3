"""Replays a repository's commits in the order in which they were made, and stops before each one that fixes a bug.

At each stop there are the functions that exist at the fix's parent, what happened before, and, kept apart, which of
these functions the fix then touched. Reads a repository's objects through git's command line; checks nothing out.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from analyzers import languages
from analyzers.activity import Activity, Candidate, Function, Happening, Key, functions_in
from analyzers.evidence.history import is_fix
from analyzers.evidence.history_log import LOG_ARGUMENTS, Entry, FileDiff, read_log

_LANGUAGE = languages.LANGUAGES[0]
_WORD = re.compile(r"[A-Za-z_]\w{3,}")
_CHUNK_BYTES = 1 << 16
_HUNK_LINES = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stop:
    """The moment before a fix."""

    subject: str
    commit: str
    candidates: Sequence[Candidate]
    line: Sequence[int]
    """Numbers of the commits below the fix's parent, newest first."""
    author: str
    """Who will make the fix: whoever sits at the keyboard. Given to the predictor only where that is asked for."""
    touched: frozenset[Key]
    """What the fix will touch. Nothing that ranks may look at it."""


@dataclass(slots=True)
class Replay:
    """One pass over one repository; `activity` holds what happened before the current stop."""

    repository: Path
    activity: Activity = field(default_factory=Activity)
    _functions: dict[str, list[Function]] = field(default_factory=dict)
    _trees: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _objects: subprocess.Popen[bytes] | None = None

    def stops(self, fixes_max: int) -> Iterator[Stop]:
        """The last `fixes_max` fixes that touch a function outside tests, oldest first, and all history before them."""
        entries = list(read_log(self._log()))
        numbers = {entry.commit.name: number for number, entry in enumerate(entries)}
        # Some of them will turn out to touch no function, so more are stopped at than asked for.
        fixes = [number for number, entry in enumerate(entries) if is_fix(entry.commit.subject)]
        first = fixes[-fixes_max] if len(fixes) > fixes_max else 0
        try:
            for number, entry in enumerate(entries):
                if number >= first and len(entry.parents) == 1 and is_fix(entry.commit.subject):
                    touched = self._touched_before(entry)
                    if touched:
                        candidates = self._candidates(entry.parents[0])
                        present = touched & {(each.path, each.symbol) for each in candidates}
                        if present:
                            line = _line(entry, entries, numbers)
                            yield Stop(
                                entry.commit.subject,
                                entry.commit.name,
                                candidates,
                                line,
                                entry.commit.author,
                                frozenset(present),
                            )
                self.activity.observe(self._happening(entry))
        finally:
            if self._objects is not None:
                self._objects.kill()
                self._objects.wait()

    def _log(self) -> Iterator[bytes]:
        patterns = [f"*{suffix}" for suffix in _LANGUAGE.suffixes]
        arguments = ["-c", "core.quotePath=false", "log", "--reverse", "--no-merges", *LOG_ARGUMENTS, "HEAD", "--"]
        process = subprocess.Popen(["git", "-C", self.repository, *arguments, *patterns], stdout=subprocess.PIPE)
        stream = cast("IO[bytes]", process.stdout)
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
        process.wait()

    def _object(self, name: str) -> bytes:
        if self._objects is None:
            command = ["git", "-C", str(self.repository), "cat-file", "--batch"]
            self._objects = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        request, reply = cast("IO[bytes]", self._objects.stdin), cast("IO[bytes]", self._objects.stdout)
        request.write(name.encode() + b"\n")
        request.flush()
        header = reply.readline().split()
        if len(header) < 3:
            return b""
        data = reply.read(int(header[2]))
        reply.read(1)
        return data

    def _in_blob(self, blob: str) -> list[Function]:
        known = self._functions.get(blob)
        if known is None:
            known = self._functions[blob] = functions_in("", _LANGUAGE.facts(self._object(blob)))
        return known

    def _files(self, tree: str) -> list[tuple[str, str]]:
        """(path, blob) of every file of the language below a tree object."""
        known = self._trees.get(tree)
        if known is not None:
            return known
        data = self._object(tree)
        found: list[tuple[str, str]] = []
        at = 0
        while at < len(data):
            space = data.index(b" ", at)
            nul = data.index(b"\0", space)
            name = data[space + 1 : nul].decode("utf-8", "replace")
            target = data[nul + 1 : nul + 21].hex()
            if data[at:space] == b"40000":
                found.extend((f"{name}/{path}", blob) for path, blob in self._files(target))
            elif data[at:space].startswith(b"100") and name.endswith(_LANGUAGE.suffixes):
                found.append((name, target))
            at = nul + 21
        self._trees[tree] = found
        return found

    def _candidates(self, commit: str) -> list[Candidate]:
        tree = self._object(commit)[5:45].decode()
        return [
            function.candidate._replace(path=path)
            for path, blob in self._files(tree)
            if not _LANGUAGE.is_test_path(path)
            for function in self._in_blob(blob)
        ]

    def _touched_before(self, entry: Entry) -> set[Key]:
        """Functions of the parent in whose lines something was changed, removed or put."""
        return {
            (diff.old_path, function.candidate.symbol)
            for diff in entry.files
            if _counts(diff.old_path)
            for function in _innermost(self._in_blob(diff.old_blob), [(h.old_start, h.old_end) for h in diff.hunks])
        }

    def _happening(self, entry: Entry) -> Happening:
        touched: dict[Key, int] = {}
        mentioned = set(_WORD.findall(entry.commit.subject))
        removed: dict[str, list[Key]] = {}
        added: dict[str, list[Key]] = {}
        moved: dict[Key, Key] = {}
        paths = set()
        for diff in entry.files:
            after = self._in_blob(diff.blob) if diff.path.endswith(_LANGUAGE.suffixes) else []
            changed = _innermost(after, [(hunk.new_start, hunk.new_end) for hunk in diff.hunks])
            for function in changed:
                mentioned |= function.candidate.called
            if _counts(diff.path):
                paths.add(diff.path)
                for function in changed:
                    touched[(diff.path, function.candidate.symbol)] = _changed_lines(function, diff)
            before = self._in_blob(diff.old_blob) if _counts(diff.old_path) else []
            now = {function.candidate.symbol for function in after} if _counts(diff.path) else set()
            for function in _innermost(before, [(hunk.old_start, hunk.old_end) for hunk in diff.hunks]):
                if function.candidate.symbol in now:
                    touched.setdefault((diff.path, function.candidate.symbol), 1)
            was = {function.candidate.symbol for function in before}
            if diff.old_path != diff.path:
                moved.update(((diff.old_path, symbol), (diff.path, symbol)) for symbol in was & now)
            for symbol in was - now:
                removed.setdefault(symbol.rpartition(".")[2], []).append((diff.old_path, symbol))
            for symbol in now - was:
                added.setdefault(symbol.rpartition(".")[2], []).append((diff.path, symbol))
        for name, keys in added.items():
            if len(keys) == 1 and len(removed.get(name, ())) == 1:
                moved[removed[name][0]] = keys[0]
        arrived = set(moved.values())
        born = {key for keys in added.values() for key in keys if key not in arrived}
        fix = is_fix(entry.commit.subject)
        return Happening(entry.commit.when, fix, touched, paths, mentioned, moved, born, entry.commit.author)


def _counts(path: str) -> bool:
    return path.endswith(_LANGUAGE.suffixes) and not _LANGUAGE.is_test_path(path)


def _innermost(functions: Sequence[Function], hunks: Sequence[_HUNK_LINES]) -> list[Function]:
    """The functions in whose own lines the hunks are, not those that only contain such a function."""
    found: list[Function] = []
    for start, end in hunks:
        inside = [f for f in functions if (f.start < end and start < f.end if start < end else f.start < start < f.end)]
        for function in inside:
            contained = any(
                function.start <= other.start
                and other.end <= function.end
                and other is not function
                and other.start <= max(start, function.start)
                and min(end, function.end) <= other.end
                for other in inside
            )
            if not contained and function not in found:
                found.append(function)
    return found


def _changed_lines(function: Function, diff: FileDiff) -> int:
    overlaps = (min(h.new_end, function.end) - max(h.new_start, function.start) for h in diff.hunks)
    return max(1, sum(overlap for overlap in overlaps if overlap > 0))


def _line(entry: Entry, entries: Sequence[Entry], numbers: dict[str, int]) -> list[int]:
    """The commits below an entry along first parents, as far as they are not merges."""
    line: list[int] = []
    name = entry.parents[0]
    while name in numbers and len(line) < 10:
        line.append(numbers[name])
        parents = entries[numbers[name]].parents
        if not parents:
            break
        name = parents[0]
    return line
