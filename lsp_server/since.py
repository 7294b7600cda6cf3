"""What changed since a commit, in commits and in the working tree: what to look at when tests have ceased to pass.

Git is asked about commits. What was not committed is compared by contents, because git would have to run the
repository's filters for it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from analyzers import languages, syntax
from analyzers.evidence.history import Commit, Since, SinceChange
from analyzers.evidence.history_log import ENTRY_FORMAT, PATCH_ARGUMENTS, FileDiff, Hunk, read_commits, read_diff
from analyzers.evidence.history_track import Tracked, since
from lsp_server import git
from lsp_server.history import FILE_BYTES_MAX, FILES_MAX, LIST_BYTES_MAX, patterns, repository, same_on_disk

COMMITS_MAX = 200
DIFFERING_MAX = 60
"""Files with uncommitted changes that are compared; whoever has more is in the middle of something else."""

Symbols = Callable[[str], Sequence[Tracked]]


def since_commit(root: Path, base: str, symbols: Symbols, after_s: float = 0.0) -> Since | None:
    """What changed since a commit; None where the commit is unknown (a rewritten branch, a shallow clone).

    `symbols` gives those of a path as it is on disk. Of what is not committed only files that were written after
    `after_s` count: the others were already so when that commit was what the tests ran on.
    """
    now = repository(root)
    if now.missing or not _is_name(base):
        return None
    known = git.run_git(root, ["merge-base", "--is-ancestor", base, now.head])
    if not known.ok:
        return None
    listed = git.stream_git(
        root, ["log", "-n", str(COMMITS_MAX), f"--format={ENTRY_FORMAT}", "--no-patch", f"{base}..{now.head}"]
    )
    commits: list[Commit] = list(read_commits(listed))
    diff = git.stream_git(root, ["diff-tree", "-r", *PATCH_ARGUMENTS, base, now.head, "--", *patterns()], globs=True)
    differing = _differing(root, now.head, after_s)
    files = [each for each in read_diff(diff) if each.path and each.path not in differing]
    by_path: Mapping[str, Sequence[Tracked]] = {each.path: symbols(each.path) for each in files}
    committed = since(base, now.head, commits, files, by_path)
    changes = [change for path in differing for change in _of_file(root, base, now.head, path, symbols(path))]
    return msgspec.structs.replace(committed, changes=(*committed.changes, *changes))


def commit_at(root: Path, when_s: float) -> str:
    """The commit that was most likely checked out at a time; empty where history does not reach back to it."""
    asked = ["rev-list", "-n", "1", f"--before={int(when_s)}", "--first-parent", "HEAD"]
    listed = git.run_git(root, asked) if when_s > 0 else None
    return listed.output.decode("ascii", "replace").strip() if listed is not None and listed.ok else ""


def _differing(root: Path, head: str, after_s: float) -> list[str]:
    """Tracked files whose contents on disk are not those of HEAD, and which were written after the given time."""
    listed = git.run_git(root, ["ls-tree", "-r", "-z", "-l", head], output_bytes_max=LIST_BYTES_MAX)
    found = []
    for row in listed.output.decode("utf-8", "surrogateescape").split("\0")[:FILES_MAX]:
        about, _, path = row.partition("\t")
        fields = about.split()
        if languages.for_path(path) is None or len(fields) != 4 or fields[1] != "blob" or not fields[3].isdigit():
            continue
        try:
            written_s = (root / path).stat().st_mtime
        except OSError:
            continue
        if written_s < after_s or int(fields[3]) > FILE_BYTES_MAX:
            continue
        if same_on_disk(root / path, fields[2], int(fields[3])) is None:
            found.append(path)
            if len(found) == DIFFERING_MAX:
                break
    return found


def _of_file(root: Path, base: str, head: str, path: str, symbols: Sequence[Tracked]) -> list[SinceChange]:
    """What changed in one file with uncommitted changes, from the base to what is on disk."""
    try:
        raw = (root / path).read_bytes()[:FILE_BYTES_MAX]
    except OSError:
        return []
    text = _lines(raw)
    since_base = _hunks(_shown(root, base, path), text)
    since_head = _hunks(_shown(root, head, path), text)
    known = {path: symbols}
    loose = {each.symbol for each in since(base, head, (), [FileDiff(path, path, "", "", since_head)], known).changes}
    found = since(base, head, (), [FileDiff(path, path, "committed", "", since_base)], known).changes
    return [msgspec.structs.replace(each, uncommitted=each.symbol in loose) for each in found]


def _shown(root: Path, commit: str, path: str) -> list[str]:
    """The lines of a file in a commit; none where it was not there."""
    shown = git.run_git(root, ["cat-file", "blob", f"{commit}:{path}"], output_bytes_max=FILE_BYTES_MAX)
    return _lines(shown.output) if shown.ok else []


def _lines(raw: bytes) -> list[str]:
    return syntax.decode(raw)[0].decode("utf-8", "replace").splitlines()


def _hunks(old: list[str], new: list[str]) -> tuple[Hunk, ...]:
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=len(new) > 2_000).get_opcodes()
    return tuple(Hunk(i1, i2, j1, j2) for kind, i1, i2, j1, j2 in blocks if kind != "equal")


def _is_name(text: str) -> bool:
    return len(text) in (40, 64) and all(char in "0123456789abcdef" for char in text)
