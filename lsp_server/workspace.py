"""The files of a repository: which ones are read, by whose rules, and what changed since they were last looked at.

`.gitignore` files at every level, `.git/info/exclude` and the user's exclusions count; ignored folders, virtual
environments and package folders are not entered; links are not followed, since what they point to is read where it
lies; a repository inside the repository is its own. Files are compared by stat signature, and read only when that
differs. Names are relative to the root, with forward slashes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

import pathspec

from analyzers import languages

_GITIGNORE_BYTES_MAX = 256 * 1024
_DEPTH_MAX = 64
"""Folders inside one another; deeper ones are noted and left out."""

NEVER_ENTERED = frozenset(
    {".git", ".hg", ".svn", ".bzr", ".jj", "__pycache__", "node_modules", "site-packages", ".tox", ".nox", ".eggs"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", ".direnv", ".idea", ".vscode-test", ".cache"}
    | {"bower_components", ".yarn", ".pnpm-store", ".next", ".nuxt", ".svelte-kit", ".turbo", ".parcel-cache"}
)
"""Folders that hold no source of the repository's own, whether ignored or not."""

_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")
"""A folder with one of these is an environment, whatever its name is."""

_UNSETTLED_NS = 2_000_000_000
"""The coarsest clock of a common file system. A file that changed this recently may change again without its
signature showing it, so it is read again at the next occasion."""

_NAMED = re.compile(r"\(\?P<\w+>")

UNSETTLED = "~"
"""Begins the signature of such a file; equal to no signature that is found later."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is read besides the ignore files' say."""

    exclude: tuple[str, ...] = ()
    file_bytes_max: int = 8 * 1024 * 1024
    files_max: int = 100_000
    wanted: Callable[[str], bool] = lambda path: languages.for_path(path) is not None
    """Whether a file's name is one of a language that can be read."""


@dataclass(slots=True)
class Scan:
    """What was found. Filled by one scan and then only read."""

    files: dict[str, str] = field(default_factory=dict)
    """Name → stat signature."""
    problems: dict[str, str] = field(default_factory=dict)
    """Name → why a file that was found is not to be read."""
    notes: list[str] = field(default_factory=list)
    """What was left out, for `doctor`."""
    covered: tuple[str, ...] | None = None
    """The names under which was looked, everything below them included; None for the whole repository."""

    def covers(self, name: str) -> bool:
        """Whether this scan would have found the file."""
        if self.covered is None:
            return True
        return any(name == prefix or name.startswith(prefix + "/") for prefix in self.covered)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a scan found that the table does not know yet."""

    changed: tuple[str, ...]
    """New files and those whose signature differs."""
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


def repository_root(folder: Path) -> Path:
    """The repository that a folder belongs to: the nearest folder above it, itself included, that holds `.git`."""
    folder = Path(os.path.realpath(folder))
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder


def scan(root: Path, rules: Rules, now_ns: int, expect: Callable[[int], None] = lambda files: None) -> Scan:
    """Looks at the whole repository. Raises `OSError` where its root cannot be listed: nothing is known then.

    `expect` is told from time to time how many files were found so far.
    """
    found = Scan()
    _walk(_Visit(root, rules, now_ns, found, expect), "", _rules_for(root, "", rules))
    return found


def look(root: Path, names: Iterable[str], rules: Rules, now_ns: int) -> Scan:
    """Looks only at these files and folders, whether they are there or not."""
    covered = tuple(_without_nested(names))
    found = Scan(covered=covered)
    visit = _Visit(root, rules, now_ns, found)
    for name in covered:
        if not _enterable(root, name, rules):
            continue
        ignores = _rules_for(root, name, rules)
        path = root / name
        try:
            status = path.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            if _folder_wanted(path, name, ignores, found):
                _walk(visit, name, ignores)
        elif stat.S_ISREG(status.st_mode) and rules.wanted(name) and not _ignored(name, ignores):
            _take(visit, name, status)
    return found


def difference(known: Mapping[str, str], found: Scan) -> Difference:
    """What changed between the signatures that are known and those that were found, within what the scan covers."""
    changed = [name for name, signature in found.files.items() if known.get(name) != signature]
    removed = [name for name in known if name not in found.files and found.covers(name)]
    return Difference(tuple(sorted(changed)), tuple(sorted(removed)))


def signature(status: os.stat_result, now_ns: int) -> str:
    """What a file looks like without reading it: times, size and identity."""
    text = f"{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_size}:{status.st_ino}"
    unsettled = abs(now_ns - max(status.st_mtime_ns, status.st_ctime_ns)) < _UNSETTLED_NS
    return f"{UNSETTLED}{now_ns}:{text}" if unsettled else text


def changes_rules(name: str) -> bool:
    """Whether a change of this file changes which files are read."""
    return name.rpartition("/")[2] == ".gitignore" or name == ".git/info/exclude"


def worth_a_look(name: str, rules: Rules) -> bool:
    """Whether an event about this name can matter, judged by the name alone: cheap, for every single event."""
    parts = name.split("/")
    if any(part in NEVER_ENTERED for part in parts[:-1]) or parts[-1] in NEVER_ENTERED:
        return False
    return "." not in parts[-1] or rules.wanted(name) or changes_rules(name)


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One ignore file: where it lies, and its patterns, which are relative to that folder."""

    base: str
    spec: pathspec.GitIgnoreSpec
    final: bool = False
    """The user's own exclusions: no ignore file brings back what they leave out."""
    any_of_them: re.Pattern[str] | None = None
    """All patterns in one. Few names match any, and asking once takes a quarter of asking each."""

    def verdict(self, name: str) -> bool | None:
        """Whether it leaves a name out, brings it back, or says nothing about it. The name is relative to `base`."""
        if self.any_of_them is not None and not self.any_of_them.search(name):
            return None
        return self.spec.check_file(name).include


@dataclass(frozen=True, slots=True)
class _Visit:
    """One scan or look: where, by which rules, and what it has found so far."""

    root: Path
    rules: Rules
    now_ns: int
    found: Scan
    expect: Callable[[int], None] = lambda files: None


def _walk(visit: _Visit, top: str, ignores: Sequence[_Ignore]) -> None:
    """Adds everything below the folder `top`, which is itself wanted; `ignores` hold in the folders above it."""
    root, rules, found = visit.root, visit.rules, visit.found
    pending: list[tuple[str, Sequence[_Ignore]]] = [(top, ignores)]
    while pending:
        folder, above = pending.pop()
        if folder.count("/") >= _DEPTH_MAX:
            found.notes.append(f"{folder}: too deep, left out")
            continue
        try:
            # A string: thousands of folders are listed here.
            with os.scandir(f"{root}/{folder}" if folder else root) as listing:
                entries = sorted(listing, key=attrgetter("name"))
        except OSError as error:
            if not folder:
                raise
            found.notes.append(f"{folder}: {error.strerror or error}")
            continue
        names = {entry.name for entry in entries}
        if folder != top and not _folder_enterable(folder, names.__contains__, found):
            continue
        here = above
        if ".gitignore" in names:
            own = _read_ignore(root / folder / ".gitignore", folder)
            here = [*above, own] if own is not None else above
        folders: list[tuple[str, Sequence[_Ignore]]] = []
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in NEVER_ENTERED and not _ignored(name + "/", here):
                        folders.append((name, here))
                elif rules.wanted(entry.name) and entry.is_file(follow_symlinks=False) and not _ignored(name, here):
                    _take(visit, name, entry.stat(follow_symlinks=False))
            except OSError as error:
                found.notes.append(f"{name}: {error.strerror or error}")
            if len(found.files) >= rules.files_max:
                found.notes.append(f"more than {rules.files_max} files: the rest is left out, from {name} on")
                return
        pending.extend(reversed(folders))
        visit.expect(len(found.files))


def _take(visit: _Visit, name: str, status: os.stat_result) -> None:
    rules, found = visit.rules, visit.found
    try:
        name.encode()
    except UnicodeEncodeError:
        found.notes.append(f"{name.encode(errors='backslashreplace').decode()}: its name is not text, left out")
        return
    found.files[name] = signature(status, visit.now_ns)
    if status.st_size > rules.file_bytes_max:
        found.problems[name] = f"larger than {rules.file_bytes_max} bytes"


def _folder_wanted(path: Path, name: str, ignores: Sequence[_Ignore], found: Scan) -> bool:
    """Whether to enter a folder that is not the root, and of which nothing was listed yet."""
    return not _ignored(name + "/", ignores) and _folder_enterable(name, lambda inside: (path / inside).exists(), found)


def _folder_enterable(name: str, holds: Callable[[str], bool], found: Scan) -> bool:
    """Whether what a folder holds lets it be entered."""
    if any(holds(mark) for mark in _ENVIRONMENT_MARKS):
        return False
    if holds(".git"):
        found.notes.append(f"{name}: a repository of its own, left out")
        return False
    return True


def _enterable(root: Path, name: str, rules: Rules) -> bool:
    """Whether a scan from the root would come as far as the folder that holds `name`."""
    folders = name.split("/")[:-1]
    if name.rsplit("/", maxsplit=1)[-1] in NEVER_ENTERED or ".." in folders:
        return False
    for depth in range(1, len(folders) + 1):
        folder = "/".join(folders[:depth])
        path = root / folder
        if folders[depth - 1] in NEVER_ENTERED or path.is_symlink():
            return False
        if not _folder_wanted(path, folder, _rules_for(root, folder, rules), Scan()):
            return False
    return True


def _rules_for(root: Path, name: str, rules: Rules) -> list[_Ignore]:
    """The rules that decide about `name`: the user's, git's own, and those of the folders that hold it."""
    found = [_Ignore("", pathspec.GitIgnoreSpec.from_lines(rules.exclude), final=True)] if rules.exclude else []
    parts = name.split("/")
    bases = ["/".join(parts[:depth]) for depth in range(len(parts))] if name else []
    files = [(root / ".git" / "info" / "exclude", ""), *((root / base / ".gitignore", base) for base in bases)]
    found += [own for file, base in files if (own := _read_ignore(file, base)) is not None]
    return found


def _read_ignore(file: Path, base: str) -> _Ignore | None:
    try:
        with file.open("rb") as opened:
            text = opened.read(_GITIGNORE_BYTES_MAX).decode("utf-8", "replace")
        spec = pathspec.GitIgnoreSpec.from_lines(text.splitlines())
    except (OSError, ValueError):
        # A pattern that nobody understands must not hide the whole repository.
        return None
    return _Ignore(base, spec, any_of_them=_any_of(spec))


def _any_of(spec: pathspec.GitIgnoreSpec) -> re.Pattern[str] | None:
    """A pattern that finds what any of them matches; None where they cannot be put into one."""
    written = [regex.pattern for each in spec.patterns if (regex := getattr(each, "regex", None)) is not None]
    try:
        # Names of groups may stand only once in a pattern; nothing refers to them here.
        return re.compile("|".join(_NAMED.sub("(?:", each) for each in written))
    except re.error:
        return None


def _ignored(name: str, ignores: Sequence[_Ignore]) -> bool:
    """Whether the rules leave a name out: the deepest ignore file that says anything about it decides."""
    if ignores and ignores[0].final and ignores[0].spec.match_file(name):
        return True
    for ignore in reversed(ignores):
        inside = name[len(ignore.base) + 1 :] if ignore.base else name
        verdict = ignore.verdict(inside)
        if verdict is not None:
            return verdict
    return False


def _without_nested(names: Iterable[str]) -> list[str]:
    """The names without those that lie below another one."""
    kept: list[str] = []
    for name in sorted(set(names)):
        # Sorting puts `a-b` between `a` and `a/b`, so every kept name is compared, the latest first.
        if name and not any(name.startswith(other + "/") for other in reversed(kept)):
            kept.append(name)
    return kept
