"""What of a repository may be sent to a model: everything that is indexed, less what the user keeps back.

Ignored files are not in the index and so never come here. `.forethoughtignore` at the repository's root and the user's
`sleep.exclude` keep back more, with the patterns of `.gitignore`; a pattern with `!` in one does not undo the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".forethoughtignore"
IGNORE_BYTES_MAX = 1_000_000


class Sendable:
    """The rules of one repository. The file is read again whenever it changed."""

    def __init__(self, root: Path, exclude: Iterable[str] = ()) -> None:
        self._file = root / IGNORE_FILE
        self._excluded = GitIgnoreSpec.from_lines(exclude)
        self._signature: tuple[int, int] | None = None
        self._ignored: GitIgnoreSpec | None = GitIgnoreSpec.from_lines(())

    def may_send(self, path: str) -> bool:
        """Whether a file, named relative to the root, may be quoted in a prompt."""
        self._refresh()
        if self._ignored is None or self._excluded.match_file(path):
            return False
        return not self._ignored.match_file(path)

    def _refresh(self) -> None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._signature, self._ignored = None, GitIgnoreSpec.from_lines(())
            return
        except OSError:
            # There are rules and they cannot be read: nothing may be sent.
            self._signature, self._ignored = None, None
            return
        signature = (status.st_mtime_ns, status.st_size)
        if signature == self._signature:
            return
        self._signature, self._ignored = signature, None
        try:
            if status.st_size <= IGNORE_BYTES_MAX:
                lines = self._file.read_text(encoding="utf-8").splitlines()
                self._ignored = GitIgnoreSpec.from_lines(lines)
        except (OSError, ValueError):
            # As above: rules that cannot be read forbid.
            self._ignored = None
