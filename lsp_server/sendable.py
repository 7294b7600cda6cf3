"""What of a repository may be sent to a model: everything that is indexed, less what the user keeps back.

Ignored files are not in the index and so never come here. A `.forethoughtignore` in any folder and the user's
`sleep.exclude` keep back more, with the patterns of `.gitignore`; a pattern with `!` in one does not undo another.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".forethoughtignore"
IGNORE_BYTES_MAX = 1_000_000
FOLDERS_KEPT_MAX = 10_000
"""Folders whose rules are remembered."""

_EVERYTHING = GitIgnoreSpec.from_lines(["*"])
_NOTHING = GitIgnoreSpec.from_lines(())
_ABSENT = (0, 0)
_Signature = tuple[int, int]


class Sendable:
    """The rules of one repository. A file of rules is read again whenever it changed."""

    def __init__(self, root: Path, exclude: Iterable[str] = ()) -> None:
        self._root = root
        self._excluded = GitIgnoreSpec.from_lines(exclude)
        self._known: dict[str, tuple[_Signature, GitIgnoreSpec]] = {}

    def may_send(self, path: str) -> bool:
        """Whether a file, named relative to the root, may be quoted in a prompt."""
        if self._excluded.match_file(path):
            return False
        folder, inside = "", path
        while True:
            if self._rules(folder).match_file(inside):
                return False
            name, slash, inside = inside.partition("/")
            if not slash:
                return True
            folder = f"{folder}{name}/"

    def _rules(self, folder: str) -> GitIgnoreSpec:
        """What a folder's own file keeps back, relative to that folder. Rules that cannot be read forbid everything."""
        file = self._root / folder / IGNORE_FILE
        try:
            status = file.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._known[folder] = (_ABSENT, _NOTHING)
            return _NOTHING
        except OSError:
            return _EVERYTHING
        signature = (status.st_mtime_ns, status.st_size)
        known = self._known.get(folder)
        if known is not None and known[0] == signature:
            return known[1]
        rules = _EVERYTHING
        try:
            if status.st_size <= IGNORE_BYTES_MAX:
                rules = GitIgnoreSpec.from_lines(file.read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError):
            rules = _EVERYTHING
        if len(self._known) >= FOLDERS_KEPT_MAX:
            self._known.clear()
        self._known[folder] = (signature, rules)
        return rules
