"""Pages that the server writes for an editor to show: text in a private folder, gone with the session.

Belongs to the event loop's thread. Nothing of a repository is written to, and no page outlives its server by intent.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

PAGES_MAX = 40
"""Pages kept; the one after takes the oldest one's place."""
NAME_CHARS_MAX = 60


class Pages:
    """The pages of one session. The folder is made with the first of them."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._written: list[Path] = []

    def write(self, name: str, text: str) -> Path:
        """Writes a page, again where one of that name is there. Raises `OSError` where that cannot be."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="forethought-"))
        plain = re.sub(r"[^\w.-]+", "-", name)
        path = self._folder / f"{plain[:NAME_CHARS_MAX]}.txt"
        path.write_text(text, encoding="utf-8")
        if path in self._written:
            self._written.remove(path)
        self._written.append(path)
        if len(self._written) > PAGES_MAX:
            self._written.pop(0).unlink(missing_ok=True)
        return path

    def close(self) -> None:
        """Removes them all."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            self._written.clear()
