"""Reads the text of `git log` with patches into commits and hunks, one commit at a time, in bounded memory.

Owns git's output format, and nothing of what is done with it: `history_track` follows symbols through the hunks.
The arguments that make git write this format are here too, because one cannot change without the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from analyzers.evidence.history import MESSAGE_CHARS_MAX, Commit, request_number

HUNKS_MAX = 5_000
"""Hunks kept of one file in one commit; beyond it the file counts as rewritten there."""

LINE_BYTES_MAX = 4_096
"""What is looked at of one line of a patch; minified and generated lines are far longer."""

FILES_MAX = 4_000
"""Files kept of one commit."""

HEADER_BYTES_MAX = 65_536
"""What is kept of one commit's header, message included, while it is read."""

ENTRY_FORMAT = "%x00%H%x00%P%x00%aN%x00%at%x00%s%x00%b%x00"
"""Begins with a NUL, because no line of a patch can: there every line begins with a sign or a word of git's."""

PATCH_ARGUMENTS = (
    "--raw",
    "--patch",
    "--unified=1",
    "--inter-hunk-context=0",
    "--find-renames",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
    "--ignore-submodules=all",
)
"""For `git diff` and `git log`: what changed in which lines, with the names of the blobs. One line around each hunk,
because git misplaces the removed lines of a merge when it is asked for none."""

LOG_ARGUMENTS = (
    "--date-order",
    "-c",
    "--combined-all-paths",
    f"--format={ENTRY_FORMAT}",
    "--encoding=UTF-8",
    "--no-show-signature",
    "--no-notes",
    *PATCH_ARGUMENTS,
)
"""For `git log`: children always before their parents; of merges only the files in which every parent differs."""


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line that a hunk removed and that looks like the head of a definition."""

    line: int
    indent: int
    name: str


class Hunk(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Half-open ranges of lines, counted from 0: what stood before and what stands now."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    indent: int = -1
    """Of the first removed line that is not blank; -1 where there is none."""
    removed: tuple[Definition, ...] = ()


class FileDiff(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file in one commit against one parent. `path` is empty where it was deleted, `old_path` where it is new."""

    path: str
    old_path: str
    blob: str
    old_blob: str
    hunks: tuple[Hunk, ...] = ()
    merge: bool = False
    """Whether it only joins lines that were written in other commits."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One commit, what it came from and what it changed."""

    commit: Commit
    parents: tuple[str, ...]
    files: tuple[FileDiff, ...]
    cut: bool = False
    """Whether it changed more than `FILES_MAX` files; the others are left out."""


def read_log(chunks: Iterable[bytes]) -> Iterator[Entry]:
    """The commits of `git log LOG_ARGUMENTS`, as they come. Chunks may be cut anywhere."""
    lines = _lines(chunks)
    line = next(lines, None)
    while line is not None:
        if not line.startswith(b"\0"):
            line = next(lines, None)
            continue
        header = bytearray(line)
        while header.count(0) < 7 and len(header) < HEADER_BYTES_MAX:
            line = next(lines, None)
            if line is None:
                return
            header += b"\n" + line
        files = _Files()
        line = next(lines, None)
        while line is not None and not line.startswith(b"\0"):
            files.feed(line)
            line = next(lines, None)
        fields = header.decode("utf-8", "replace").split("\0")
        if len(fields) >= 7:
            yield Entry(_commit(fields), tuple(fields[2].split()), files.finish(), files.cut)


def read_diff(chunks: Iterable[bytes]) -> tuple[FileDiff, ...]:
    """The files of `git diff PATCH_ARGUMENTS`."""
    files = _Files()
    for line in _lines(chunks):
        files.feed(line)
    return files.finish()


def read_commits(chunks: Iterable[bytes]) -> Iterator[Commit]:
    """The commits of `git log --format=ENTRY_FORMAT` without patches."""
    for entry in read_log(chunks):
        yield entry.commit


def unquote(path: str) -> str:
    """A path as git prints it: in quotes, with C's escapes, where it holds a character that would confuse."""
    if not (path.startswith('"') and path.endswith('"') and len(path) > 1):
        return path
    raw = bytearray()
    for match in re.finditer(rb"\\([0-7]{3})|\\(.)|([^\\]+)", path[1:-1].encode("utf-8", "surrogateescape"), re.DOTALL):
        octal, escaped, plain = match.groups()
        if octal:
            raw.append(int(octal, 8) & 0xFF)
        elif escaped:
            raw += _ESCAPES.get(escaped, escaped)
        else:
            raw += plain
    return raw.decode("utf-8", "replace")


_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_COMBINED = re.compile(rb"(@@@+)((?: -\d+(?:,\d+)?)+) \+(\d+)(?:,(\d+))? @@@+")
_DEFINITION = re.compile(
    rb"([ \t]*)"
    rb"(?:(?:export|default|async|declare|abstract|public|private|protected|static|override|readonly|get|set)\s+)*"
    rb"(?:(?:def|class|function\s*\*?|interface|enum)\s+([\w$]+)"
    rb"|(?:const|let|var)\s+([\w$]+)\s*(?::[^=]*)?=\s*(?:async\s*)?(?:function\b|\(|[\w$]+\s*=>)"
    rb"|(?!(?:if|for|while|switch|catch|return|with|function|await|else|new|throw)\b)([\w$]+)\s*(?:<[^>]*>)?\([^;]*\{\s*$)"
)
_TAB_COLUMNS = 8


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends, cut to `LINE_BYTES_MAX`."""
    rest = b""
    for chunk in chunks:
        parts = (rest + chunk).split(b"\n") if rest else chunk.split(b"\n")
        rest = parts.pop()
        if len(rest) > 2 * LINE_BYTES_MAX:
            rest = rest[:LINE_BYTES_MAX]
        yield from parts
    if rest:
        yield rest


def _commit(fields: list[str]) -> Commit:
    subject = fields[5].strip()
    message = fields[6].strip()
    when = int(fields[4]) if fields[4].lstrip("-").isdigit() else 0
    return Commit(fields[1], fields[3], when, subject, message[:MESSAGE_CHARS_MAX], request_number(subject, message))


class _Files:
    """Collects the raw lines and then the patches, which git writes in the same order, of one commit."""

    __slots__ = ("_body", "_hunks", "_number", "_raw", "_results", "cut")

    def __init__(self) -> None:
        self._raw: list[tuple[tuple[str, ...], str, tuple[str, ...], str]] = []
        self._results: dict[int, list[list[Hunk]]] = {}
        self._number = -1
        self._hunks: list[list[Hunk]] = []
        self._body: _Body | None = None
        self.cut = False

    def feed(self, line: bytes) -> None:
        body = self._body
        if body is not None:
            if body.takes(line):
                return
            self._close_body()
        if line.startswith(b"@@"):
            self._body = _open_body(line)
        elif line.startswith(b":"):
            self._feed_raw(line)
        elif line.startswith((b"diff --git ", b"diff --combined ", b"diff --cc ")):
            self._number += 1
            self._hunks = []
            if self._number < len(self._raw):
                self._results[self._number] = self._hunks

    def finish(self) -> tuple[FileDiff, ...]:
        self._close_body()
        files: list[FileDiff] = []
        for number, (old_paths, path, old_blobs, blob) in enumerate(self._raw):
            by_parent = self._results.get(number, [])
            merge = len(old_blobs) > 1
            for parent, (old_path, old_blob) in enumerate(zip(old_paths, old_blobs, strict=True)):
                hunks = tuple(by_parent[parent]) if parent < len(by_parent) else ()
                if len(hunks) < HUNKS_MAX:
                    files.append(FileDiff(path, old_path, blob, old_blob, hunks, merge))
        return tuple(files)

    def _feed_raw(self, line: bytes) -> None:
        if len(self._raw) >= FILES_MAX:
            self.cut = True
            return
        head, _, tail = line.decode("utf-8", "surrogateescape").partition("\t")
        parents = len(head) - len(head.lstrip(":"))
        fields = head.lstrip(":").split()
        paths = [unquote(path) for path in tail.split("\t")]
        if len(fields) != 2 * parents + 3:
            return
        modes, blobs, status = fields[: parents + 1], fields[parents + 1 : -1], fields[-1]
        if len(paths) == parents + 1:
            old_paths, path = paths[:-1], paths[-1]
        elif len(paths) == 2:
            old_paths, path = [paths[0]] * parents, paths[1]
        else:
            old_paths, path = [paths[0]] * parents, paths[0]
        old_paths = ["" if int(mode, 8) == 0 else old for mode, old in zip(modes, old_paths, strict=False)]
        path = "" if status == "D" or int(modes[-1], 8) == 0 else path
        old_blobs = ["" if not blob.strip("0") else blob for blob in blobs]
        self._raw.append((tuple(old_paths), path, tuple(old_blobs[:-1]), old_blobs[-1]))

    def _close_body(self) -> None:
        if self._body is None:
            return
        found = self._body.hunks()
        self._body = None
        while len(self._hunks) < len(found):
            self._hunks.append([])
        for kept, new in zip(self._hunks, found, strict=False):
            if len(kept) < HUNKS_MAX:
                kept.extend(new)


class _Body:
    """The lines of one hunk; for a merge it is taken apart into the hunks against each parent."""

    __slots__ = ("_hunks", "_indent", "_left_new", "_left_old", "_new", "_old", "_open", "_removed")

    def __init__(self, old: list[int], old_lines: list[int], new: int, new_lines: int) -> None:
        self._old = old
        self._new = new
        self._left_old = old_lines
        self._left_new = new_lines
        self._hunks: list[list[Hunk]] = [[] for _ in old]
        self._open: list[tuple[int, int] | None] = [None for _ in old]
        self._removed: list[list[Definition]] = [[] for _ in old]
        self._indent = [-1 for _ in old]

    def takes(self, line: bytes) -> bool:
        """Whether the line belongs to this hunk; it is taken in if so."""
        if self._left_new <= 0 and not any(left > 0 for left in self._left_old):
            return line.startswith(b"\\")
        parents = len(self._old)
        if line.startswith(b"\\"):
            return True
        if parents == 1:
            sign = line[:1]
            if sign == b"-":
                self._remove(0, line[1:LINE_BYTES_MAX])
            elif sign == b"+":
                self._left_new -= 1
                self._begin(0)
                self._new += 1
            elif sign in (b" ", b""):
                self._end(0)
                self._left_old[0] -= 1
                self._left_new -= 1
                self._old[0] += 1
                self._new += 1
            else:
                return False
            return True
        signs = line[:parents]
        if b"-" in signs:
            text = line[parents:LINE_BYTES_MAX]
            for parent in range(parents):
                if signs[parent : parent + 1] == b"-":
                    self._remove(parent, text)
            return True
        self._left_new -= 1
        for parent in range(parents):
            if signs[parent : parent + 1] == b"+":
                self._begin(parent)
            else:
                self._end(parent)
                self._left_old[parent] -= 1
                self._old[parent] += 1
        self._new += 1
        return True

    def hunks(self) -> list[list[Hunk]]:
        for parent in range(len(self._old)):
            self._end(parent)
        return self._hunks

    def _begin(self, parent: int) -> None:
        if self._open[parent] is None:
            self._open[parent] = (self._old[parent], self._new)

    def _remove(self, parent: int, text: bytes) -> None:
        self._begin(parent)
        self._left_old[parent] -= 1
        if self._indent[parent] < 0 and not text.isspace() and text:
            self._indent[parent] = _columns(text[: len(text) - len(text.lstrip())])
        match = _DEFINITION.match(text)
        if match is not None:
            name = match[2] or match[3] or match[4]
            self._removed[parent].append(
                Definition(self._old[parent], _columns(match[1]), name.decode("utf-8", "replace"))
            )
        self._old[parent] += 1

    def _end(self, parent: int) -> None:
        opened = self._open[parent]
        if opened is None:
            return
        removed = tuple(self._removed[parent])
        self._hunks[parent].append(
            Hunk(opened[0], self._old[parent], opened[1], self._new, self._indent[parent], removed)
        )
        self._open[parent] = None
        self._removed[parent] = []
        self._indent[parent] = -1


def _open_body(line: bytes) -> _Body | None:
    match = _HUNK.match(line)
    if match is not None:
        old_lines = int(match[2]) if match[2] is not None else 1
        new_lines = int(match[4]) if match[4] is not None else 1
        # Git names the line before an empty range, and the first line of any other, counting from 1.
        old = int(match[1]) - (1 if old_lines else 0)
        new = int(match[3]) - (1 if new_lines else 0)
        return _Body([old], [old_lines], new, new_lines)
    match = _COMBINED.match(line)
    if match is None:
        return None
    # Here git names the line after an empty range: the numbers mean the same whether or not there are lines.
    old_starts, old_counts = [], []
    for part in match[2].split():
        start, _, count = part[1:].partition(b",")
        old_starts.append(max(0, int(start) - 1))
        old_counts.append(int(count) if count else 1)
    new_lines = int(match[4]) if match[4] is not None else 1
    return _Body(old_starts, old_counts, max(0, int(match[3]) - 1), new_lines)


def _columns(space: bytes) -> int:
    return len(space.expandtabs(_TAB_COLUMNS))
